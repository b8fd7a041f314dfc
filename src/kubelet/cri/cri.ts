/** The container runtime as the kubelet uses it (CRI v1, k8s.io/cri-api): every call bound to one connection. */
import type { CallOptions, GrpcChannel } from '../../host/grpc-channel.ts';
import { attach } from './attach.ts';
import type { UnaryCall } from './call.ts';
import { containerStats } from './container-stats.ts';
import type { Message } from './codec/message.ts';
import { containerStatus } from './container-status.ts';
import { createContainer } from './create-container.ts';
import { exec } from './exec.ts';
import { execSync } from './exec-sync.ts';
import { getContainerEvents } from './get-container-events.ts';
import { imageFsInfo } from './image-fs-info.ts';
import { imageStatus } from './image-status.ts';
import { listContainerStats } from './list-container-stats.ts';
import { listContainers } from './list-containers.ts';
import { listImages } from './list-images.ts';
import { listPodSandbox } from './list-pod-sandbox.ts';
import { listPodSandboxStats } from './list-pod-sandbox-stats.ts';
import { podSandboxStatus } from './pod-sandbox-status.ts';
import { portForward } from './port-forward.ts';
import { pullImage } from './pull-image.ts';
import { removeContainer } from './remove-container.ts';
import { removeImage } from './remove-image.ts';
import { removePodSandbox } from './remove-pod-sandbox.ts';
import { reopenContainerLog } from './reopen-container-log.ts';
import { runPodSandbox } from './run-pod-sandbox.ts';
import { runtimeConfig } from './runtime-config.ts';
import { startContainer } from './start-container.ts';
import { status } from './status.ts';
import { stopContainer } from './stop-container.ts';
import { stopPodSandbox } from './stop-pod-sandbox.ts';
import { updateContainerResources } from './update-container-resources.ts';
import { updatePodSandboxResources } from './update-pod-sandbox-resources.ts';
import { updateRuntimeConfig } from './update-runtime-config.ts';
import { version } from './version.ts';

const calls = {
  attach,
  containerStats,
  containerStatus,
  createContainer,
  exec,
  execSync,
  imageFsInfo,
  imageStatus,
  listContainerStats,
  listContainers,
  listImages,
  listPodSandbox,
  listPodSandboxStats,
  podSandboxStatus,
  portForward,
  pullImage,
  removeContainer,
  removeImage,
  removePodSandbox,
  reopenContainerLog,
  runPodSandbox,
  runtimeConfig,
  startContainer,
  status,
  stopContainer,
  stopPodSandbox,
  updateContainerResources,
  updatePodSandboxResources,
  updateRuntimeConfig,
  version,
};

type Calls = typeof calls;
type Bound<F> = F extends (channel: GrpcChannel, request: infer Q, options?: CallOptions) => infer S
  ? (request: Q, options?: CallOptions) => S
  : never;

export type Cri = { readonly [N in keyof Calls]: Bound<Calls[N]> } & {
  readonly getContainerEvents: (signal: AbortSignal) => ReturnType<typeof getContainerEvents>;
  readonly close: () => void;
};

/** Binds every call to a channel. */
export function criOver(channel: GrpcChannel): Cri {
  const bound = Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [
      name,
      (request: object, options?: CallOptions) => (call as unknown as UnaryCall<Message, Message>)(channel, request, options),
    ]),
  );
  return {
    ...(bound as unknown as { [N in keyof Calls]: Bound<Calls[N]> }),
    getContainerEvents: (signal) => getContainerEvents(channel, signal),
    close: () => channel.close(),
  };
}
