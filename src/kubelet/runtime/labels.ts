/** Labels and annotations that tie containers to pods, as upstream writes and reads them (pkg/kubelet/kuberuntime/labels.go). */
import type { Container, ContainerPort, LifecycleHandler, Pod } from '../../api/core/v1.gen.ts';
import { containerHash } from './container-hash.ts';

export const POD_NAME_LABEL = 'io.kubernetes.pod.name';
export const POD_NAMESPACE_LABEL = 'io.kubernetes.pod.namespace';
export const POD_UID_LABEL = 'io.kubernetes.pod.uid';
export const CONTAINER_NAME_LABEL = 'io.kubernetes.container.name';

const DELETION_GRACE_PERIOD = 'io.kubernetes.pod.deletionGracePeriod';
const TERMINATION_GRACE_PERIOD = 'io.kubernetes.pod.terminationGracePeriod';
const HASH = 'io.kubernetes.container.hash';
const RESTART_COUNT = 'io.kubernetes.container.restartCount';
const TERMINATION_MESSAGE_PATH = 'io.kubernetes.container.terminationMessagePath';
const TERMINATION_MESSAGE_POLICY = 'io.kubernetes.container.terminationMessagePolicy';
const PRE_STOP_HANDLER = 'io.kubernetes.container.preStopHandler';
const PORTS = 'io.kubernetes.container.ports';

type Strings = Readonly<Record<string, string>>;

/** Labels of a sandbox: the pod's own and its identity. */
export function podLabels(pod: Pod): Record<string, string> {
  return { ...pod.metadata.labels, ...identity(pod) };
}

export function containerLabels(pod: Pod, container: Container): Record<string, string> {
  return { ...identity(pod), [CONTAINER_NAME_LABEL]: container.name };
}

export function containerAnnotations(pod: Pod, container: Container, restartCount: number): Record<string, string> {
  const out: Record<string, string> = {
    [HASH]: containerHash(container),
    [RESTART_COUNT]: String(restartCount),
    [TERMINATION_MESSAGE_PATH]: container.terminationMessagePath ?? '',
    [TERMINATION_MESSAGE_POLICY]: container.terminationMessagePolicy ?? '',
  };
  const deletion = pod.metadata.deletionGracePeriodSeconds;
  if (deletion !== undefined) out[DELETION_GRACE_PERIOD] = String(deletion);
  const termination = pod.spec.terminationGracePeriodSeconds;
  if (termination !== undefined) out[TERMINATION_GRACE_PERIOD] = String(termination);
  if (container.lifecycle?.preStop) out[PRE_STOP_HANDLER] = JSON.stringify(container.lifecycle.preStop);
  if (container.ports?.length) out[PORTS] = JSON.stringify(container.ports);
  return out;
}

export interface ContainerNotes {
  readonly hash: string;
  readonly restartCount: number;
  readonly podDeletionGracePeriod?: number | undefined;
  readonly podTerminationGracePeriod?: number | undefined;
  readonly terminationMessagePath: string;
  readonly terminationMessagePolicy: string;
  readonly preStopHandler?: LifecycleHandler | undefined;
  readonly ports?: ContainerPort[] | undefined;
}

/** What the annotations of a container say. What is missing or broken is left at its zero value: an older kubelet may have written it. */
export function readContainerAnnotations(annotations: Strings): ContainerNotes {
  return {
    hash: annotations[HASH] ?? '0',
    restartCount: number(annotations[RESTART_COUNT]) ?? 0,
    podDeletionGracePeriod: number(annotations[DELETION_GRACE_PERIOD]),
    podTerminationGracePeriod: number(annotations[TERMINATION_GRACE_PERIOD]),
    terminationMessagePath: annotations[TERMINATION_MESSAGE_PATH] ?? '',
    terminationMessagePolicy: annotations[TERMINATION_MESSAGE_POLICY] ?? '',
    preStopHandler: json(annotations[PRE_STOP_HANDLER]) as LifecycleHandler | undefined,
    ports: json(annotations[PORTS]) as ContainerPort[] | undefined,
  };
}

function identity(pod: Pod): Record<string, string> {
  return {
    [POD_NAME_LABEL]: pod.metadata.name,
    [POD_NAMESPACE_LABEL]: pod.metadata.namespace,
    [POD_UID_LABEL]: pod.metadata.uid,
  };
}

function number(text: string | undefined): number | undefined {
  const value = text === undefined ? NaN : Number(text);
  return Number.isInteger(value) ? value : undefined;
}

function json(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Written by something else than a kubelet: treated as absent, as upstream does.
    return undefined;
  }
}
