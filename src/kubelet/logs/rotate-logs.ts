/** Keeps logs of containers from growing without end (pkg/kubelet/logs/container_log_manager.go). */
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { isMissing, readdir, rename, rm, stat } from '../../host/fs.ts';
import { gzipFile } from '../../host/gzip-file.ts';
import { rotationPlan } from './rotation-plan.ts';

export interface LogRotationOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Bytes; negative turns rotation off. */
  readonly maxSize: number;
  /** Files a container may have, the one in use included; at least 2. */
  readonly maxFiles: number;
  /** Running containers and where they log. */
  containers(): Iterable<{ readonly id: string; readonly logPath: string }>;
  /** Makes the runtime open the log anew. */
  reopen(id: string): Promise<void>;
}

export class LogRotation {
  readonly #options: LogRotationOptions;

  constructor(options: LogRotationOptions) {
    this.#options = options;
  }

  /** Looks at every log once; failures are logged. */
  async rotateAll(): Promise<void> {
    if (this.#options.maxSize < 0) return;
    for (const { id, logPath } of this.#options.containers()) {
      if (logPath === '') continue;
      try {
        if ((await this.#size(id, logPath)) >= this.#options.maxSize) await this.#rotate(id, logPath);
      } catch (error) {
        this.#options.log.warn('cannot rotate the log of a container', { id, path: logPath, err: errorMessage(error) });
      }
    }
  }

  async #size(id: string, path: string): Promise<number> {
    try {
      return (await stat(path)).size;
    } catch (error) {
      if (!isMissing(error)) throw error;
      await this.#options.reopen(id);
      return (await stat(path)).size;
    }
  }

  async #rotate(id: string, path: string): Promise<void> {
    const { clock, maxFiles, reopen } = this.#options;
    const directory = dirname(path);
    const rotated = (await readdir(directory)).filter((name) => name.startsWith(`${basename(path)}.`));
    const plan = rotationPlan(rotated, maxFiles);
    for (const name of plan.remove) await rm(join(directory, name), { force: true });
    for (const name of plan.compress) await compress(join(directory, name));
    const kept = `${path}.${timestamp(clock.now())}`;
    await rename(path, kept);
    try {
      await reopen(id);
    } catch (error) {
      await rename(kept, path);
      throw error;
    }
  }
}

async function compress(path: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await gzipFile(path, temporary, (await stat(path)).mode & 0o777);
  await rename(temporary, `${path}.gz`);
  await rm(path);
}

/** `20060102-150405`. */
function timestamp(now: number): string {
  const [date = '', time = ''] = new Date(now).toISOString().split('T');
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
}
