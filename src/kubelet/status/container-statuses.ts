/** Statuses of containers in the API's terms (pkg/kubelet convertToAPIContainerStatuses). */
import type { Container, ContainerState, ContainerStatus, Pod } from '../../api/core/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import type { ActuatedResources } from '../runtime/pod-actions.ts';
import { hasAnyRegularContainerCreated } from '../runtime/compute-pod-actions.ts';
import { recursiveReadOnly } from '../runtime/mounts.ts';
import { shouldContainerBeRestarted } from '../runtime/should-restart.ts';
import { findContainer, type RuntimeContainerStatus, type RuntimePodStatus } from '../runtime/types.ts';
import { containerStatusResources } from './container-resources.ts';

/** Why a container could not be started, kept until it can. */
export interface StartFailure {
  /** `ErrImagePull`, `CrashLoopBackOff`, ... */
  readonly reason: string;
  readonly message: string;
}

export interface ContainerStatusesInput {
  readonly pod: Pod;
  readonly status: RuntimePodStatus;
  readonly previous: readonly ContainerStatus[];
  readonly containers: readonly Container[];
  readonly init: boolean;
  readonly runtimeName: string;
  readonly supportsRecursiveReadOnly: boolean;
  readonly actuated: ActuatedResources;
  /** All containers are being restarted in place. */
  readonly restarting: boolean;
  failure(container: string): StartFailure | undefined;
}

export const STATUS_UNKNOWN = 'ContainerStatusUnknown';
export const RESTARTING_ALL = 'RestartingAllContainers';
const KILLED = 137;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<ContainerStatus>;

export function containerStatuses(input: ContainerStatusesInput): ContainerStatus[] {
  const previous = new Map(input.previous.map((status) => [status.name, status]));
  const statuses = new Map<string, Draft>();
  for (const container of input.containers) statuses.set(container.name, defaultStatus(input, container, previous.get(container.name)));
  for (const container of input.containers) markLost(input, container, statuses, previous);
  fromRuntime(input, statuses, previous);
  for (const container of input.containers) applyFailure(input, container, statuses);
  const ordered = input.containers.map((c) => statuses.get(c.name)).filter((s): s is Draft => s !== undefined);
  return input.init ? ordered : ordered.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function defaultReason(input: ContainerStatusesInput): string {
  return input.pod.spec.initContainers?.length ? 'PodInitializing' : 'ContainerCreating';
}

function defaultStatus(input: ContainerStatusesInput, container: Container, old: ContainerStatus | undefined): Draft {
  // What has ended stays so until the runtime says otherwise.
  if (old?.state?.terminated) return structuredClone(old);
  const status: Draft = {
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    ready: false,
    restartCount: old?.restartCount ?? 0,
    state: { waiting: { reason: defaultReason(input) } },
    lastState: old?.lastState ?? {},
  };
  const mounts = container.volumeMounts ?? [];
  if (mounts.length > 0) {
    status.volumeMounts = mounts.map((mount) => ({
      name: mount.name,
      mountPath: mount.mountPath,
      ...(mount.readOnly && { readOnly: true, recursiveReadOnly: readOnlyMode(mount, input.supportsRecursiveReadOnly) }),
    }));
  }
  return status;
}

function readOnlyMode(mount: Parameters<typeof recursiveReadOnly>[0], supported: boolean): string {
  try {
    return recursiveReadOnly(mount, supported) ? 'Enabled' : 'Disabled';
  } catch {
    // The container does not start for the same reason; the event says it.
    return 'Disabled';
  }
}

/** A container that ran and is gone from the runtime counts as killed. */
function markLost(
  input: ContainerStatusesInput,
  container: Container,
  statuses: Map<string, Draft>,
  previous: ReadonlyMap<string, ContainerStatus>,
): void {
  const old = previous.get(container.name);
  const status = statuses.get(container.name);
  if (!old || !status || input.status.containers.some((c) => c.name === container.name)) return;
  if (input.restarting && !old.state?.waiting) {
    const message = 'The container is removed because RestartAllContainers in place';
    status.state = { waiting: { reason: RESTARTING_ALL, message } };
    status.lastState = { terminated: { reason: RESTARTING_ALL, message, exitCode: KILLED } };
    status.restartCount = old.restartCount + 1;
    return;
  }
  if (old.state?.terminated || !old.state?.running) return;
  if (status.state?.waiting?.reason !== defaultReason(input) || status.lastState?.terminated) return;
  status.lastState = {
    terminated: {
      reason: STATUS_UNKNOWN,
      message: 'The container could not be located when the pod was deleted.  The container used to be Running',
      exitCode: KILLED,
    },
  };
  if (!input.pod.metadata.deletionTimestamp) status.restartCount += 1;
}

/** The newest instance of each container is its state, the one before its last state. */
function fromRuntime(input: ContainerStatusesInput, statuses: Map<string, Draft>, previous: ReadonlyMap<string, ContainerStatus>): void {
  const seen = new Map<string, number>();
  for (const known of input.status.containers) {
    const container = input.containers.find((c) => c.name === known.name);
    const count = seen.get(known.name) ?? 0;
    if (!container || count >= 2) continue;
    seen.set(known.name, count + 1);
    const converted = convert(input, container, known, previous.get(known.name));
    if (count === 0) statuses.set(known.name, converted);
    else {
      const status = statuses.get(known.name);
      if (status) status.lastState = converted.state;
    }
  }
}

function convert(
  input: ContainerStatusesInput,
  container: Container,
  known: RuntimeContainerStatus,
  old: ContainerStatus | undefined,
): Draft {
  const id = `${input.runtimeName}://${known.id}`;
  const mounts = old?.volumeMounts ?? defaultStatus(input, container, undefined).volumeMounts;
  const status: Draft = {
    name: known.name,
    image: known.image,
    imageID: known.imageRef,
    containerID: id,
    ready: false,
    restartCount: Math.max(known.restartCount, old?.restartCount ?? 0),
    state: state(input, known, id, old),
    lastState: {},
    ...(mounts && { volumeMounts: mounts }),
  };
  if (old && old.containerID !== id && old.state?.terminated) status.lastState = { terminated: old.state.terminated };
  else if (old?.lastState?.terminated) status.lastState = { terminated: old.lastState.terminated };
  if (known.state === 'running') {
    if (old?.state?.terminated && old.restartCount >= known.restartCount) status.restartCount = old.restartCount + 1;
    if (old?.started !== undefined) status.started = old.started;
  } else if (known.state === 'unknown' && old?.state?.running) {
    status.restartCount = old.restartCount + 1;
  }
  const resources = containerStatusResources(input.pod, container, known, input.actuated);
  if (resources) status.resources = resources;
  if (container.resources?.requests) status.allocatedResources = container.resources.requests;
  if (known.user)
    status.user = { linux: { uid: known.user.uid, gid: known.user.gid, supplementalGroups: [...known.user.supplementalGroups] } };
  return status;
}

function state(
  input: ContainerStatusesInput,
  known: RuntimeContainerStatus,
  containerID: string,
  old: ContainerStatus | undefined,
): ContainerState {
  switch (known.state) {
    case 'running':
      return { running: { startedAt: formatTime(known.startedAt) } };
    case 'exited':
      return {
        terminated: {
          exitCode: known.exitCode,
          ...(known.reason && { reason: known.reason }),
          ...(known.message && { message: known.message }),
          startedAt: formatTime(known.startedAt),
          finishedAt: formatTime(known.finishedAt),
          containerID,
        },
      };
    case 'unknown':
      if (!old?.state?.running) return { waiting: {} };
      return {
        terminated: {
          reason: input.restarting ? RESTARTING_ALL : STATUS_UNKNOWN,
          message: 'The container could not be located when the pod was terminated',
          exitCode: KILLED,
        },
      };
    case 'created':
      return { waiting: {} };
  }
}

/** A container that should run and could not be started waits, and says why. */
function applyFailure(input: ContainerStatusesInput, container: Container, statuses: Map<string, Draft>): void {
  const status = statuses.get(container.name);
  if (!status) return;
  if (input.init) {
    const known = findContainer(input.status, container.name);
    if (known?.state === 'exited' && known.exitCode === 0) return;
    const sidecar = container.restartPolicy === 'Always';
    if (!known && !sidecar && status.state?.waiting && hasAnyRegularContainerCreated(input.pod, input.status)) {
      const message =
        'Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally';
      status.state = { terminated: { reason: 'Completed', message, exitCode: 0 } };
      return;
    }
  }
  if (!shouldContainerBeRestarted(container, input.pod, input.status)) return;
  const failure = input.failure(container.name);
  if (!failure) return;
  if (status.state?.terminated) status.lastState = status.state;
  status.state = { waiting: { reason: failure.reason, ...(failure.message && { message: failure.message }) } };
}
