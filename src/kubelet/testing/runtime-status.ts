import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { decode } from '../cri/codec/decode.ts';
import { encode } from '../cri/codec/encode.ts';
import { PodSandboxState, PodSandboxStatus } from '../cri/messages/sandbox.ts';
import { containerHash } from '../runtime/container-hash.ts';
import type { RuntimeContainerStatus, RuntimePodStatus } from '../runtime/types.ts';

/** A container as the runtime tells of it, for tests; running unless `over` says otherwise. */
export function runtimeContainer(container: Container, over: Partial<RuntimeContainerStatus> = {}): RuntimeContainerStatus {
  return {
    id: `${container.name}-id`,
    name: container.name,
    sandboxId: 'sandbox',
    image: container.image ?? '',
    imageId: 'sha256:1',
    imageRef: 'sha256:1',
    hash: containerHash(container),
    restartCount: 0,
    state: 'running',
    createdAt: 1000,
    startedAt: 1000,
    finishedAt: 0,
    exitCode: 0,
    reason: '',
    message: '',
    logPath: '',
    mounts: [],
    ...over,
  };
}

/** A pod with one ready sandbox and these containers, newest first. */
export function runtimeStatus(pod: Pod, containers: readonly RuntimeContainerStatus[], sandboxReady = true): RuntimePodStatus {
  const { uid, name, namespace } = pod.metadata;
  const sandbox = decode(
    PodSandboxStatus,
    encode(PodSandboxStatus, {
      id: 'sandbox',
      metadata: { name, namespace, uid, attempt: 0 },
      state: sandboxReady ? PodSandboxState.READY : PodSandboxState.NOTREADY,
      network: { ip: '10.0.0.5' },
    }),
  );
  return {
    uid,
    name,
    namespace,
    ips: ['10.0.0.5'],
    sandboxes: [sandbox],
    containers,
    activeContainers: sandboxReady ? containers.filter((c) => c.sandboxId === 'sandbox') : [],
  };
}
