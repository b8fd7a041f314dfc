/** Load from processes of its own, so that making it and serving it share nothing but the machine. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { RequestResult, RequestTask, Task } from './load-worker.ts';

const PROCESSES = 2;

export class Load {
  readonly #workers: readonly ChildProcess[];

  constructor(processes = PROCESSES) {
    this.#workers = Array.from({ length: processes }, () => fork(join(import.meta.dirname, 'load-worker.ts'), { serialization: 'advanced' }));
  }

  /** Gives each process its own task; resolves with their results in order. */
  all<T>(task: (worker: number) => Task): Promise<T[]> {
    return Promise.all(this.#workers.map((worker, index) => ask<T>(worker, task(index))));
  }

  /** Requests from all processes together. `connections` in total. */
  async requests(task: Omit<RequestTask, 'prefix' | 'connections'> & { readonly connections: number; readonly prefix: string }): Promise<Measured> {
    const each = Math.max(1, task.connections / this.#workers.length);
    const used = Math.min(this.#workers.length, task.connections);
    const results = await Promise.all(
      this.#workers.slice(0, used).map((worker, i) => {
        const limit = task.limit === undefined ? {} : { limit: Math.ceil(task.limit / used) };
        return ask<RequestResult>(worker, { ...task, ...limit, connections: each, prefix: `${task.prefix}-${i}` });
      }),
    );
    return measured(results);
  }

  async stop(): Promise<void> {
    await this.all(() => ({ kind: 'stop' }));
  }
}

export interface Measured {
  readonly count: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly bytesPerSecond: number;
}

function measured(results: readonly RequestResult[]): Measured {
  const latencies = results.flatMap((r) => r.latencies).sort((a, b) => a - b);
  const seconds = Math.max(...results.map((r) => r.ms)) / 1000;
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  const bytes = results.reduce((sum, r) => sum + r.bytes, 0);
  return { count: latencies.length, perSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99), bytesPerSecond: bytes / seconds };
}

function ask<T>(worker: ChildProcess, task: Task): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('a load process ended'));
    worker.once('exit', onExit);
    worker.once('message', (message: { readonly result?: T; readonly error?: string }) => {
      worker.off('exit', onExit);
      if (message.error === undefined) resolve(message.result as T);
      else reject(new Error(message.error));
    });
    worker.send(task);
  });
}
