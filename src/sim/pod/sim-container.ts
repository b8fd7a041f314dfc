import type { Container, Pod } from '../../api/core/v1.gen.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { containerHash } from '../../kubelet/runtime/container-hash.ts';
import type { RuntimeContainerStatus } from '../../kubelet/runtime/types.ts';
import { ContainerLog } from './container-log.ts';
import { containerProgram } from './container-plan.ts';
import { simNumber } from './settings.ts';

export interface SimContainerOptions {
  readonly id: string;
  readonly sandboxId: string;
  readonly pod: Pod;
  readonly container: Container;
  readonly restartCount: number;
  readonly clock: Clock;
  /** The container has ended by itself. */
  onExit(): void;
}

const KILLED = 137;

/** A container that exists in memory only: it begins, writes, and ends when its program does or when it is stopped. */
export class SimContainer {
  readonly id: string;
  readonly container: Container;
  readonly log = new ContainerLog();
  readonly #options: SimContainerOptions;
  readonly #startedAt: number;
  readonly #timers = new Set<Timer>();
  #finishedAt = 0;
  #exitCode = 0;
  #stopped: Promise<void> | undefined;

  constructor(options: SimContainerOptions) {
    this.id = options.id;
    this.container = options.container;
    this.#options = options;
    this.#startedAt = options.clock.now();
    const program = containerProgram(options.pod, options.container);
    for (const { atMs, text } of program.outputs) {
      if (atMs === 0) this.log.write(this.#startedAt, 'stdout', text);
      else if (atMs < Infinity) this.#later(atMs, () => this.log.write(options.clock.now(), 'stdout', text));
    }
    if (program.runMs < Infinity) {
      this.#later(program.runMs, () => {
        this.#end(program.exitCode);
        options.onExit();
      });
    }
  }

  get name(): string {
    return this.container.name;
  }

  get restartCount(): number {
    return this.#options.restartCount;
  }

  /** Milliseconds since the epoch. */
  get startedAt(): number {
    return this.#startedAt;
  }

  get running(): boolean {
    return this.#finishedAt === 0;
  }

  /** SIGTERM, and SIGKILL when it has not ended by then. Resolves when it has ended; a shorter time replaces a longer one. */
  async stop(graceMs: number): Promise<void> {
    if (!this.running) return;
    const { pod, container, clock } = this.#options;
    const wantsMs = (simNumber(pod, container.name, 'stop-seconds') ?? 0) * 1000;
    const code = simNumber(pod, container.name, 'stop-exit-code') ?? 0;
    if (wantsMs > graceMs) return this.#endAfter(clock, graceMs, KILLED);
    return wantsMs === 0 ? this.#end(code) : this.#endAfter(clock, wantsMs, code);
  }

  kill(): void {
    this.#end(KILLED);
  }

  /** Forgets timers without ending: the machine is switched off. */
  abandon(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.log.end();
  }

  status(): RuntimeContainerStatus {
    const { container, sandboxId, restartCount } = this.#options;
    const running = this.running;
    const image = container.image ?? '';
    return {
      id: this.id,
      name: container.name,
      sandboxId,
      image,
      imageId: image,
      imageRef: image,
      hash: containerHash(container),
      restartCount,
      state: running ? 'running' : 'exited',
      createdAt: this.#startedAt,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      exitCode: this.#exitCode,
      reason: running ? '' : this.#exitCode === 0 ? 'Completed' : 'Error',
      message: '',
      logPath: '',
      mounts: [],
    };
  }

  #endAfter(clock: Clock, ms: number, code: number): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      const timer = clock.schedule(ms, () => {
        this.#timers.delete(timer);
        this.#end(code);
        resolve();
      });
      this.#timers.add(timer);
    });
    this.#stopped = this.#stopped ? Promise.race([this.#stopped, ended]) : ended;
    return this.#stopped;
  }

  #later(ms: number, fn: () => void): void {
    const timer = this.#options.clock.schedule(ms, () => {
      this.#timers.delete(timer);
      fn();
    });
    this.#timers.add(timer);
  }

  #end(code: number): void {
    if (!this.running) return;
    this.#exitCode = code;
    // Never the same instant as "has not ended".
    this.#finishedAt = Math.max(1, this.#options.clock.now());
    this.abandon();
  }
}
