/** Probes one container in one way until its pod is over (pkg/kubelet/prober/worker.go). */
import type { Container, ContainerStatus, Pod, PodStatus, Probe } from '../../api/core/v1.gen.ts';
import type { Clock, Random } from '../../base/clock.ts';
import { isRestartableInit } from '../pod/containers.ts';
import { shouldRestartAfterExit } from '../pod/restart-policy.ts';
import { isTerminalPhase } from '../status/merge-status.ts';
import type { ProbeOutcome, ProbeTarget } from './run-probe.ts';

export type ProbeKind = 'liveness' | 'readiness' | 'startup';
/** `undefined` results: not known yet. */
export type ProbeResult = 'success' | 'failure' | 'unknown';

export interface ProbeWorkerOptions {
  readonly kind: ProbeKind;
  readonly pod: Pod;
  readonly container: Container;
  readonly spec: Probe;
  readonly clock: Clock;
  readonly random: Random;
  /** When this kubelet began, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
  status(): PodStatus | undefined;
  /** Makes one probe, and tells of what it found by events. */
  probe(spec: Probe, target: ProbeTarget): Promise<ProbeOutcome>;
  setResult(containerId: string, result: ProbeResult): void;
  clearResult(containerId: string): void;
  onEnd(): void;
}

const INITIAL: Readonly<Record<ProbeKind, ProbeResult>> = { readiness: 'failure', liveness: 'success', startup: 'unknown' };
const RESTART_GRACE_MS = 10_000;

export class ProbeWorker {
  readonly #options: ProbeWorkerOptions;
  #containerId = '';
  #last: ProbeResult | undefined;
  #run = 0;
  #onHold = false;
  #wake: () => void = () => {};
  #triggered = false;

  constructor(options: ProbeWorkerOptions) {
    this.#options = options;
    void this.#loop();
  }

  /** Probes at once, without waiting for the period. */
  trigger(): void {
    this.#triggered = true;
    this.#wake();
  }

  async #loop(): Promise<void> {
    const { clock, random, spec, signal, startedAt } = this.#options;
    const periodMs = (spec.periodSeconds ?? 10) * 1000;
    // After a restart of the kubelet not all probes go out at once.
    if (periodMs > clock.now() - startedAt) await this.#pause(random.float() * periodMs);
    while (!signal.aborted && (await this.#once())) await this.#pause(periodMs);
    if (this.#containerId) this.#options.clearResult(this.#containerId);
    this.#options.onEnd();
  }

  async #pause(ms: number): Promise<void> {
    const { clock, signal } = this.#options;
    if (!this.#triggered) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      await clock.sleep(ms, AbortSignal.any([signal, woken.signal])).catch(() => undefined); // Woken or stopped: the loop goes on.
    }
    this.#triggered = false;
  }

  /** False when there is nothing left to probe. */
  async #once(): Promise<boolean> {
    const { kind, spec, pod, container, clock, signal } = this.#options;
    const status = this.#options.status();
    if (!status) return true;
    if (isTerminalPhase(status.phase)) return false;
    const c = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(
      (s) => s.name === container.name && s.containerID,
    );
    if (!c) return true;
    this.#follow(c);
    if (this.#onHold) return true;
    const running = c.state?.running;
    if (!running) {
      this.#options.setResult(this.#containerId, 'failure');
      const ended = c.state?.terminated;
      return !ended || shouldRestartAfterExit(container, pod.spec, ended.exitCode) || this.#allRestarting(status);
    }
    if (pod.metadata.deletionTimestamp && kind !== 'readiness') {
      this.#options.setResult(this.#containerId, 'success');
      return false;
    }
    if (Math.floor((clock.now() - Date.parse(running.startedAt ?? '')) / 1000) < (spec.initialDelaySeconds ?? 0)) return true;
    // Before a container has started only its startup probe runs, and afterwards all but that.
    if ((c.started ?? false) === (kind === 'startup')) return true;
    const outcome = await this.#options.probe(spec, { pod, status, container, containerId: this.#containerId });
    if (!signal.aborted && outcome.result !== 'unknown') this.#count(outcome.result === 'failure' ? 'failure' : 'success');
    return !signal.aborted;
  }

  /** A new instance of the container begins with the kind's initial result. */
  #follow(c: ContainerStatus): void {
    const { kind, container, startedAt } = this.#options;
    const id = (c.containerID ?? '').replace(/^.*:\/\//, '');
    if (id === this.#containerId) return;
    if (this.#containerId) this.#options.clearResult(this.#containerId);
    this.#containerId = id;
    this.#onHold = false;
    this.#last = undefined;
    this.#run = 0;
    if (kind === 'startup' && isRestartableInit(container) && c.started) this.#options.setResult(id, 'success');
    const runningSince = Date.parse(c.state?.running?.startedAt ?? '');
    // What ran before this kubelet began keeps its standing until it is probed.
    if (!(runningSince < startedAt - RESTART_GRACE_MS)) this.#options.setResult(id, INITIAL[kind]);
  }

  #count(result: 'success' | 'failure'): void {
    const { kind, spec } = this.#options;
    this.#run = this.#last === result ? this.#run + 1 : 1;
    this.#last = result;
    const threshold = result === 'failure' ? (spec.failureThreshold ?? 3) : (spec.successThreshold ?? 1);
    if (this.#run < threshold) return;
    this.#options.setResult(this.#containerId, result);
    // A container that failed is about to be killed, one that has started needs no more of this: wait for the next instance.
    if ((kind === 'liveness' && result === 'failure') || kind === 'startup') {
      this.#onHold = true;
      this.#run = 0;
    }
  }

  #allRestarting(status: PodStatus): boolean {
    return status.conditions?.some((c) => c.type === 'AllContainersRestarting' && c.status === 'True') ?? false;
  }
}
