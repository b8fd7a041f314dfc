/** A pod in three words: how many containers are ready, its state, its restarts (printPod in upstream's printers.go). Pure. */
import type { ContainerStatus, Pod } from '../../../../api/core/v1.gen.ts';
import { translateAge } from '../../age.ts';

export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  /** Phase, or the more telling reason of a container or of the pod. */
  readonly state: string;
  /** `3`, or `3 (5m ago)`. */
  readonly restarts: string;
}

/** Restarts and when the last of them was. */
interface Restarts {
  count: number;
  last: string | undefined;
}

interface Progress {
  state: string;
  ready: number;
  restarts: Restarts;
}

export function podSummary(pod: Pod, nowMs: number): PodSummary {
  const { spec, status, metadata } = pod;
  const sidecars = new Set((spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const gated = (status?.conditions ?? []).some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated');
  const state = gated ? 'SchedulingGated' : status?.reason || (status?.phase ?? '');
  const progress: Progress = { state, ready: 0, restarts: { count: 0, last: undefined } };
  const sidecarRestarts: Restarts = { count: 0, last: undefined };
  const initializing = summarizeInit(pod, sidecars, progress, sidecarRestarts);
  const initialized = status?.conditions?.find((c) => c.type === 'Initialized')?.status === 'True';
  if (!initializing || initialized) {
    // What init containers went through does not count any more.
    progress.restarts = sidecarRestarts;
    summarizeMain(pod, progress);
  }
  if (metadata.deletionTimestamp !== undefined) {
    if (status?.reason === 'NodeLost') progress.state = 'Unknown';
    else if (status?.phase !== 'Failed' && status?.phase !== 'Succeeded') progress.state = 'Terminating';
  }
  const { count, last } = progress.restarts;
  const restarts = count !== 0 && last !== undefined ? `${count} (${translateAge(last, nowMs)} ago)` : String(count);
  return { ready: progress.ready, total: (spec.containers?.length ?? 0) + sidecars.size, state: progress.state, restarts };
}

/** True while an init container is running, waiting or failed. */
function summarizeInit({ spec, status }: Pod, sidecars: ReadonlySet<string>, progress: Progress, sidecarRestarts: Restarts): boolean {
  for (const [i, container] of (status?.initContainerStatuses ?? []).entries()) {
    const isSidecar = sidecars.has(container.name);
    count(container, progress.restarts);
    if (isSidecar) count(container, sidecarRestarts);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar && container.started) {
      if (container.ready) progress.ready++;
      continue;
    }
    if (terminated) progress.state = `Init:${terminated.reason || exitText(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') progress.state = `Init:${waiting.reason}`;
    else progress.state = `Init:${i}/${spec.initContainers?.length ?? 0}`;
    return true;
  }
  return false;
}

function summarizeMain({ status }: Pod, progress: Progress): void {
  let running = false;
  let failure = '';
  for (const container of [...(status?.containerStatuses ?? [])].reverse()) {
    count(container, progress.restarts);
    const { waiting, terminated } = container.state ?? {};
    if (waiting?.reason) progress.state = waiting.reason;
    else if (terminated) {
      progress.state = terminated.reason || exitText(terminated);
      if (terminated.exitCode !== 0) failure = progress.state;
    } else if (container.ready && container.state?.running) {
      running = true;
      progress.ready++;
    }
  }
  if (progress.state !== 'Completed') return;
  // A container that finished well does not speak for the others.
  const isReady = (status?.conditions ?? []).some((c) => c.type === 'Ready' && c.status === 'True');
  if (running && isReady) progress.state = 'Running';
  else if (failure !== '') progress.state = failure;
  else if (running) progress.state = 'NotReady';
}

function exitText({ signal, exitCode }: { readonly signal?: number | undefined; readonly exitCode: number }): string {
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function count(container: ContainerStatus, restarts: Restarts): void {
  restarts.count += container.restartCount;
  const finished = container.lastState?.terminated?.finishedAt;
  if (finished && (restarts.last === undefined || Date.parse(finished) > Date.parse(restarts.last))) restarts.last = finished;
}
