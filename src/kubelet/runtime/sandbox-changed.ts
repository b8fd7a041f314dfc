import type { Pod } from '../../api/core/v1.gen.ts';
import { PodSandboxState } from '../cri/messages/sandbox.ts';
import { isHostNetwork } from '../pod/containers.ts';
import { networkNamespace } from './namespaces.ts';
import type { RuntimePodStatus } from './types.ts';

export interface SandboxVerdict {
  /** A new sandbox is wanted. */
  readonly changed: boolean;
  /** Attempt number of the sandbox to use or to make. */
  readonly attempt: number;
  /** The sandbox to use, or the one that is given up; '' when there was none. */
  readonly sandboxId: string;
}

/** Whether the pod's newest sandbox can be used (pkg/kubelet/kuberuntime/util PodSandboxChanged). */
export function podSandboxChanged(pod: Pod, status: RuntimePodStatus): SandboxVerdict {
  const newest = status.sandboxes[0];
  if (!newest) return { changed: true, attempt: 0, sandboxId: '' };
  const attempt = newest.metadata?.attempt ?? 0;
  const ready = status.sandboxes.filter((s) => s.state === PodSandboxState.READY).length;
  if (ready > 1 || newest.state !== PodSandboxState.READY) return { changed: true, attempt: attempt + 1, sandboxId: newest.id };
  if ((newest.linux?.namespaces?.options?.network ?? 0) !== networkNamespace(pod))
    return { changed: true, attempt: attempt + 1, sandboxId: '' };
  if (!isHostNetwork(pod) && newest.network && newest.network.ip === '')
    return { changed: true, attempt: attempt + 1, sandboxId: newest.id };
  return { changed: false, attempt, sandboxId: newest.id };
}
