/** Reads a container's log for `kubectl logs` (pkg/kubelet/kuberuntime/logs). */
import { open, watchPath } from '../../host/fs.ts';
import type { Clock } from '../../base/clock.ts';
import { dirname } from 'node:path';
import { parseCriLogLine, type CriLogLine } from './cri-log-line.ts';

export interface LogOptions {
  readonly follow?: boolean | undefined;
  readonly timestamps?: boolean | undefined;
  readonly tailLines?: number | undefined;
  readonly limitBytes?: number | undefined;
  /** Lines before this are left out, milliseconds since the epoch. */
  readonly since?: number | undefined;
}

export interface LogDependencies {
  readonly clock: Clock;
  /** Whether more may come. */
  isRunning(): boolean;
  readonly signal: AbortSignal;
}

type LogFile = Awaited<ReturnType<typeof open>>;

const CHUNK_BYTES = 64 * 1024;
/** A change that the file system did not tell of is noticed after this long. */
const CHECK_MS = 1000;
const LINE_FEED = 0x0a;

/** Yields what the container wrote. Ends at the end of the file; with `follow` when the container has ended, too. Rejects when there is no file. */
export async function* readContainerLog(path: string, options: LogOptions, deps: LogDependencies): AsyncGenerator<Buffer> {
  let file = await open(path, 'r');
  const writer = new LineWriter(options);
  const changes = options.follow ? new Changes(dirname(path), deps) : undefined;
  let rest: Buffer = Buffer.alloc(0);
  let offset = await startOffset(file, options.tailLines);
  try {
    for (;;) {
      const running = deps.isRunning();
      for await (const chunk of chunksFrom(file, offset, deps.signal)) {
        offset += chunk.length;
        const { lines, left } = split(rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk);
        rest = left;
        const out = writer.write(lines);
        if (out.length > 0) yield out;
        if (writer.done) return;
      }
      if (!changes || deps.signal.aborted) return;
      const next = await reopened(path, file);
      if (next) {
        await file.close();
        file = next;
        offset = 0;
        continue;
      }
      // Looked at before the last read: what it wrote until it ended has been read.
      if (!running) return;
      await changes.next();
    }
  } finally {
    changes?.close();
    await file.close();
  }
}

async function* chunksFrom(file: LogFile, start: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let offset = start; !signal.aborted;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, offset);
    if (bytesRead === 0) return;
    offset += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The file that took the path's place in a rotation; undefined while it is the same. */
async function reopened(path: string, file: LogFile): Promise<LogFile | undefined> {
  const [old, next] = [await file.stat(), await open(path, 'r').catch(() => undefined)];
  if (!next) return undefined;
  const fresh = await next.stat();
  if (fresh.ino !== old.ino) return next;
  await next.close();
  return undefined;
}

/** Where the last `lines` lines begin. */
async function startOffset(file: LogFile, lines: number | undefined): Promise<number> {
  const { size } = await file.stat();
  if (lines === undefined || lines < 0) return 0;
  if (lines === 0) return size;
  let wanted = lines + 1;
  for (let end = size; end > 0;) {
    const length = Math.min(CHUNK_BYTES, end);
    const { buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, end - length);
    for (let at = length - 1; at >= 0; at--) {
      if (buffer[at] === LINE_FEED && --wanted === 0) return end - length + at + 1;
    }
    end -= length;
  }
  return 0;
}

function split(bytes: Buffer): { lines: CriLogLine[]; left: Buffer } {
  const lines: CriLogLine[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    const line = parseCriLogLine(bytes.subarray(start, end));
    // Lines that are none are skipped, as upstream does.
    if (line) lines.push(line);
    start = end + 1;
  }
  return { lines, left: bytes.subarray(start) };
}

/** Applies the options to lines. */
class LineWriter {
  readonly #options: LogOptions;
  #left: number;
  #midLine = false;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#left = options.limitBytes ?? Infinity;
  }

  get done(): boolean {
    return this.#left <= 0;
  }

  write(lines: readonly CriLogLine[]): Buffer {
    const parts: Buffer[] = [];
    for (const line of lines) {
      if (this.done) break;
      if (this.#options.since !== undefined && Date.parse(line.timestamp) < this.#options.since) continue;
      if (this.#options.timestamps && !this.#midLine) parts.push(this.#cut(Buffer.from(`${line.timestamp} `)));
      parts.push(this.#cut(line.content));
      this.#midLine = line.partial;
    }
    return Buffer.concat(parts);
  }

  #cut(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, Math.max(0, Math.min(bytes.length, this.#left)));
    this.#left -= part.length;
    return part;
  }
}

/** Wakes when something in a directory changes, and now and then anyway. */
class Changes {
  readonly #watcher;
  readonly #deps: LogDependencies;
  #changed = false;
  #wake: () => void = () => {};

  constructor(directory: string, deps: LogDependencies) {
    this.#deps = deps;
    this.#watcher = watchPath(directory, () => {
      this.#changed = true;
      this.#wake();
    });
    this.#watcher.on('error', () => this.#watcher.close());
  }

  async next(): Promise<void> {
    if (!this.#changed) {
      const over = new AbortController();
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      const stop = AbortSignal.any([over.signal, this.#deps.signal]);
      await Promise.race([woken, this.#deps.clock.sleep(CHECK_MS, stop).catch(() => undefined)]);
      over.abort();
    }
    this.#changed = false;
  }

  close(): void {
    this.#watcher.close();
  }
}
