/** The probes of all pods on this node (pkg/kubelet/prober). */
import type { Container, ContainerStatus, Pod, PodStatus, Probe } from '../../api/core/v1.gen.ts';
import type { Clock, Random } from '../../base/clock.ts';
import { isRestartableInit } from '../pod/containers.ts';
import type { ContainerEvents } from '../runtime/container-events.ts';
import type { ProbeResults } from '../runtime/pod-actions.ts';
import { ProbeWorker, type ProbeKind, type ProbeResult } from './probe-worker.ts';
import { runProbe, type ProbeDependencies, type ProbeOutcome, type ProbeTarget } from './run-probe.ts';

export interface ProbeManagerOptions {
  readonly deps: ProbeDependencies;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: ContainerEvents;
  readonly signal: AbortSignal;
  status(podUid: string): PodStatus | undefined;
  /** A probe's verdict on a container changed. */
  onResult(kind: ProbeKind, podUid: string, containerId: string, result: ProbeResult): void;
  /** Counts what probes find. */
  onProbe(kind: ProbeKind, pod: Pod, container: string, outcome: ProbeOutcome): void;
}

const KINDS: readonly ProbeKind[] = ['startup', 'readiness', 'liveness'];
const TITLES: Readonly<Record<ProbeKind, string>> = { liveness: 'Liveness', readiness: 'Readiness', startup: 'Startup' };
const RETRIES = 3;
const RESTART_GRACE_MS = 10_000;

interface Entry {
  readonly worker: ProbeWorker;
  readonly kind: ProbeKind;
  readonly podUid: string;
  readonly container: string;
  readonly stop: AbortController;
}

export class ProbeManager implements ProbeResults {
  readonly #options: ProbeManagerOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #results: Readonly<Record<ProbeKind, Map<string, ProbeResult>>> = {
    liveness: new Map(),
    readiness: new Map(),
    startup: new Map(),
  };
  readonly #startedAt: number;

  constructor(options: ProbeManagerOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  liveness(containerId: string): 'success' | 'failure' | undefined {
    return known(this.#results.liveness.get(containerId));
  }

  startup(containerId: string): 'success' | 'failure' | undefined {
    return known(this.#results.startup.get(containerId));
  }

  /** Begins the probes of a pod that have not begun yet. */
  add(pod: Pod): void {
    for (const container of probedContainers(pod)) {
      for (const kind of KINDS) {
        const spec = container[`${kind}Probe`];
        if (spec && !this.#entries.has(key(pod.metadata.uid, container.name, kind))) this.#start(kind, pod, container, spec);
      }
    }
  }

  stopLivenessAndStartup(pod: Pod): void {
    const regular = new Set(pod.spec.containers.map((c) => c.name));
    this.#stop((entry) => entry.podUid === pod.metadata.uid && entry.kind !== 'readiness' && regular.has(entry.container));
  }

  remove(pod: Pod): void {
    this.#stop((entry) => entry.podUid === pod.metadata.uid);
  }

  retain(podUids: ReadonlySet<string>): void {
    this.#stop((entry) => !podUids.has(entry.podUid));
  }

  /** Sets `started` and `ready` of the containers. */
  applyTo(pod: Pod, status: PodStatus): void {
    for (const c of status.containerStatuses ?? []) {
      c.started = this.#isStarted(pod, c);
      if (c.started)
        c.ready = this.#isReady(
          pod,
          c,
          pod.spec.containers.find((spec) => spec.name === c.name),
        );
    }
    for (const c of status.initContainerStatuses ?? []) {
      c.started = this.#isStarted(pod, c);
      const spec = pod.spec.initContainers?.find((init) => init.name === c.name);
      if (!spec) continue;
      if (!isRestartableInit(spec)) c.ready = c.state?.terminated?.exitCode === 0;
      else if (c.started) c.ready = this.#isReady(pod, c, spec);
    }
  }

  #isStarted(pod: Pod, c: ContainerStatus): boolean {
    if (!c.state?.running) return false;
    const result = this.#results.startup.get(bareId(c));
    if (result !== undefined) return result === 'success';
    return c.started === true || !this.#entries.has(key(pod.metadata.uid, c.name, 'startup'));
  }

  #isReady(pod: Pod, c: ContainerStatus, spec: Container | undefined): boolean {
    if (!c.state?.running) return false;
    const result = this.#results.readiness.get(bareId(c));
    if (result === 'success') return true;
    const entry = this.#entries.get(key(pod.metadata.uid, c.name, 'readiness'));
    // It may have become ready a moment ago: ask now rather than at the end of the period.
    entry?.worker.trigger();
    const ready = entry === undefined;
    const runningSince = Date.parse(c.state.running.startedAt ?? '');
    if (!(runningSince < this.#startedAt - RESTART_GRACE_MS)) return ready;
    // Ran before this kubelet began: keeps what the API says until it is probed.
    if (spec?.readinessProbe && !pod.status.conditions?.some((cond) => cond.type === 'Ready' && cond.status === 'True')) return false;
    return ready || result === undefined;
  }

  #start(kind: ProbeKind, pod: Pod, container: Container, spec: Probe): void {
    const { clock, random, signal } = this.#options;
    const id = key(pod.metadata.uid, container.name, kind);
    const podUid = pod.metadata.uid;
    const stop = new AbortController();
    const worker = new ProbeWorker({
      kind,
      pod,
      container,
      spec,
      clock,
      random,
      startedAt: this.#startedAt,
      signal: AbortSignal.any([signal, stop.signal]),
      status: () => this.#options.status(podUid),
      probe: (p, target) => this.#probe(kind, p, target),
      setResult: (containerId, result) => this.#set(kind, podUid, containerId, result),
      clearResult: (containerId) => this.#results[kind].delete(containerId),
      onEnd: () => {
        if (this.#entries.get(id)?.stop === stop) this.#entries.delete(id);
      },
    });
    this.#entries.set(id, { worker, kind, podUid, container: container.name, stop });
  }

  #set(kind: ProbeKind, podUid: string, containerId: string, result: ProbeResult): void {
    const results = this.#results[kind];
    if (results.get(containerId) === result) return;
    results.set(containerId, result);
    this.#options.onResult(kind, podUid, containerId, result);
  }

  async #probe(kind: ProbeKind, spec: Probe, target: ProbeTarget): Promise<ProbeOutcome> {
    const { deps, events } = this.#options;
    let outcome = await runProbe(spec, target, deps);
    for (let retry = 1; retry < RETRIES && outcome.result === 'unknown'; retry++) outcome = await runProbe(spec, target, deps);
    const title = TITLES[kind];
    const { pod, container } = target;
    if (outcome.result === 'unknown')
      events.container(pod, container, 'Warning', 'Unhealthy', `${title} probe errored and resulted in unknown state: ${outcome.output}`);
    else if (outcome.result === 'failure')
      events.container(pod, container, 'Warning', 'Unhealthy', `${title} probe failed: ${outcome.output}`);
    else if (outcome.result === 'warning')
      events.container(pod, container, 'Warning', 'ProbeWarning', `${title} probe warning: ${outcome.output}`);
    this.#options.onProbe(kind, pod, container.name, outcome);
    return outcome;
  }

  #stop(which: (entry: Entry) => boolean): void {
    for (const [id, entry] of this.#entries) {
      if (!which(entry)) continue;
      entry.stop.abort();
      this.#entries.delete(id);
    }
  }
}

function probedContainers(pod: Pod): Container[] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(isRestartableInit)];
}

function key(podUid: string, container: string, kind: ProbeKind): string {
  return `${podUid}/${container}/${kind}`;
}

function bareId(c: ContainerStatus): string {
  return (c.containerID ?? '').replace(/^.*:\/\//, '');
}

function known(result: ProbeResult | undefined): 'success' | 'failure' | undefined {
  return result === 'unknown' ? undefined : result;
}
