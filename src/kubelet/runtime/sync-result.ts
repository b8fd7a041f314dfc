export type SyncAction =
  'CreatePodSandbox' | 'KillPodSandbox' | 'StartContainer' | 'KillContainer' | 'RemoveContainer' | 'ResizePodInPlace';

/** One step of bringing a pod to its spec. */
export interface SyncResult {
  readonly action: SyncAction;
  /** Container, or the pod. */
  readonly target: string;
  /** Undefined when the step succeeded. */
  readonly error?: Error | undefined;
}
