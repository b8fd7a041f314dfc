import { GrpcCode, GrpcError, type GrpcChannel } from '../../host/grpc-channel.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import type { Cri } from '../cri/cri.ts';
import { ContainerEventType } from '../cri/get-container-events.ts';
import { containerdEvents } from './containerd-events.ts';

export interface RuntimeEventsOptions {
  readonly cri: Cri;
  /** The runtime's own connection, for events of containerd. */
  readonly channel: GrpcChannel;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Something happened to this container or sandbox; `ended`: it runs no more. */
  onEvent(id: string, ended: boolean): void;
}

const RECONNECT_MS = 1000;
const ACCEPTED_MS = 1000;

/** Listens to the runtime's events: CRI's where it has them, containerd's own otherwise. */
export class RuntimeEvents {
  readonly #options: RuntimeEventsOptions;
  #connected = false;

  constructor(options: RuntimeEventsOptions) {
    this.#options = options;
    void this.#run();
  }

  /** While true, listing everything is only a safety net. */
  get connected(): boolean {
    return this.#connected;
  }

  async #run(): Promise<void> {
    const { signal, clock, log } = this.#options;
    let sources = [this.#criEvents.bind(this), this.#containerdEvents.bind(this)];
    while (!signal.aborted && sources.length > 0) {
      for (const source of [...sources]) {
        try {
          await source();
        } catch (error) {
          if (signal.aborted) return;
          if (error instanceof GrpcError && error.code === GrpcCode.Unimplemented) sources = sources.filter((s) => s !== source);
          else log.debug('events of the runtime broke off', { err: errorMessage(error) });
        } finally {
          this.#connected = false;
        }
      }
      await clock.sleep(RECONNECT_MS, signal).catch(() => undefined); // Stopped: the loop looks at the signal.
    }
  }

  async #criEvents(): Promise<void> {
    // The stream answers nothing until something happens: a runtime that does not refuse it soon has it.
    const accepted = this.#options.clock.schedule(ACCEPTED_MS, () => (this.#connected = true));
    try {
      await this.#followCri();
    } finally {
      accepted.cancel();
    }
  }

  async #followCri(): Promise<void> {
    for await (const event of this.#options.cri.getContainerEvents(this.#options.signal)) {
      this.#connected = true;
      this.#options.onEvent(event.containerId, event.containerEventType === ContainerEventType.STOPPED);
    }
  }

  async #containerdEvents(): Promise<void> {
    const opened = () => void (this.#connected = true);
    for await (const id of containerdEvents(this.#options.channel, this.#options.signal, opened)) this.#options.onEvent(id, true);
  }
}
