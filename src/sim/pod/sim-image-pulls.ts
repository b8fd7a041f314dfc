import type { Container, Pod } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { StartError } from '../../kubelet/images/start-error.ts';
import type { ContainerEvents } from '../../kubelet/runtime/container-events.ts';
import { ItemBackoff } from '../../kubelet/util/item-backoff.ts';
import { pullError } from './container-plan.ts';
import { simNumber } from './settings.ts';

const BACKOFF_INITIAL_MS = 10_000;
const BACKOFF_MAX_MS = 300_000;

/** Images of a simulated node: every one is there already, but for those that a pod says fail or take their time. */
export class SimImagePulls {
  readonly #clock: Clock;
  readonly #events: ContainerEvents;
  readonly #signal: AbortSignal;
  readonly #backoff: ItemBackoff;
  readonly #lastError = new Map<string, string>();

  constructor(clock: Clock, events: ContainerEvents, signal: AbortSignal) {
    this.#clock = clock;
    this.#events = events;
    this.#signal = signal;
    this.#backoff = new ItemBackoff(clock, BACKOFF_INITIAL_MS, BACKOFF_MAX_MS);
  }

  /** Rejects with StartError ErrImagePull or ImagePullBackOff. */
  async ensure(pod: Pod, container: Container): Promise<void> {
    const image = container.image ?? '';
    const event = (type: 'Normal' | 'Warning', reason: string, message: string) => this.#events.container(pod, container, type, reason, message);
    const error = pullError(pod, container);
    const afterMs = (simNumber(pod, container.name, 'start-after-seconds') ?? 0) * 1000;
    if (error === undefined) {
      if (afterMs > 0) {
        event('Normal', 'Pulling', `Pulling image "${image}"`);
        await this.#clock.sleep(afterMs, this.#signal);
        event('Normal', 'Pulled', `Successfully pulled image "${image}" in ${afterMs}ms (${afterMs}ms including waiting). Image size: 0 bytes.`);
      } else event('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
      return;
    }
    const failed = this.#fail(pod, image, error, event);
    event('Warning', 'Failed', `Error: ${failed.reason}`);
    throw failed;
  }

  #fail(pod: Pod, image: string, error: string, event: (type: 'Normal' | 'Warning', reason: string, message: string) => void): StartError {
    const key = `${pod.metadata.uid}_${image}`;
    if (this.#backoff.isInBackoffSinceUpdate(key, this.#clock.now())) {
      const message = `Back-off pulling image "${image}"`;
      event('Normal', 'BackOff', message);
      return new StartError('ImagePullBackOff', `${message}: ${this.#lastError.get(key) ?? ''}`, this.#backoff.readyAt(key));
    }
    event('Normal', 'Pulling', `Pulling image "${image}"`);
    event('Warning', 'Failed', `Failed to pull image "${image}": ${error}`);
    this.#backoff.collect();
    this.#backoff.next(key, this.#clock.now());
    this.#lastError.set(key, `ErrImagePull: ${error}`);
    return new StartError('ErrImagePull', error, this.#backoff.readyAt(key));
  }
}
