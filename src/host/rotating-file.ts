import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';

export interface RotatingFileOptions {
  readonly path: string;
  /** The file is put aside before it grows beyond this. */
  readonly maxBytes?: number;
  /** How many files that were put aside are kept; 0: all. */
  readonly maxBackups?: number;
  /** How long they are kept; 0: for ever. */
  readonly maxAgeDays?: number;
  readonly clock: Clock;
}

const DEFAULT_MAX_BYTES = 100 * 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A file that lines are added to, at once and in order. Old ones are called `name-2026-01-31T10-00-00.000.ext`. */
export class RotatingFile {
  readonly #o: RotatingFileOptions;
  #file: number | undefined;
  #size = 0;

  constructor(options: RotatingFileOptions) {
    this.#o = options;
  }

  /** Throws when it cannot be written. */
  append(text: string): void {
    const bytes = Buffer.from(text);
    const maxBytes = this.#o.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#file ??= this.#open();
    if (this.#size > 0 && this.#size + bytes.length > maxBytes) this.#file = this.#rotate(this.#file);
    for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written);
    this.#size += bytes.length;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): number {
    mkdirSync(dirname(this.#o.path), { recursive: true });
    const file = openSync(this.#o.path, 'a', 0o600);
    this.#size = fstatSync(file).size;
    return file;
  }

  #rotate(file: number): number {
    closeSync(file);
    const stamp = new Date(this.#o.clock.now()).toISOString().replace('Z', '').replaceAll(':', '-');
    renameSync(this.#o.path, `${this.#stem()}-${stamp}${extname(this.#o.path)}`);
    this.#removeOld();
    return this.#open();
  }

  #stem(): string {
    const { path } = this.#o;
    return join(dirname(path), basename(path, extname(path)));
  }

  #removeOld(): void {
    const { path, maxBackups = 0, maxAgeDays = 0, clock } = this.#o;
    const prefix = `${basename(path, extname(path))}-`;
    const backups = readdirSync(dirname(path))
      .filter((name) => name.startsWith(prefix) && name.endsWith(extname(path)))
      .toSorted()
      .toReversed();
    backups.forEach((name, i) => {
      const [, date = '', hours = '', rest = ''] = /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d-\d\d\.\d+)/.exec(name) ?? [];
      const atMs = Date.parse(`${date}T${hours}:${rest.replace('-', ':')}Z`);
      const tooMany = maxBackups > 0 && i >= maxBackups;
      const tooOld = maxAgeDays > 0 && atMs < clock.now() - maxAgeDays * DAY_MS;
      if (tooMany || tooOld) rmSync(join(dirname(path), name), { force: true });
    });
  }
}
