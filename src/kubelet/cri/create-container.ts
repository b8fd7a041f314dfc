import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';
import { ContainerConfig } from './messages/container.ts';
import { PodSandboxConfig } from './messages/sandbox.ts';

/** Makes a container in a sandbox without starting it. */
export const createContainer = unaryCall(
  runtimeMethod('CreateContainer'),
  message({ podSandboxId: [1, 'string'], config: [2, ContainerConfig], sandboxConfig: [3, PodSandboxConfig] }),
  message({ containerId: [1, 'string'] }),
);
