/** What a plugin says of a pod on a node (k8s.io/kube-scheduler/framework Status). Undefined means success. */
export type Code = 'unschedulable' | 'unresolvable' | 'wait' | 'skip' | 'error' | 'pending';

export interface Status {
  /** unresolvable: no eviction of pods would help. pending: the pod must not be tried before something changes. */
  readonly code: Code;
  readonly reasons: readonly string[];
  /** Who said it. */
  readonly plugin: string;
}

export function unschedulable(plugin: string, ...reasons: string[]): Status {
  return { code: 'unschedulable', reasons, plugin };
}

export function unresolvable(plugin: string, ...reasons: string[]): Status {
  return { code: 'unresolvable', reasons, plugin };
}
