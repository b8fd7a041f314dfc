import { runtimeMethod, unaryCall } from './call.ts';
import { message, repeated, stringMap } from './codec/message.ts';
import { ContainerStatus } from './messages/container.ts';
import { PodSandboxStatus } from './messages/sandbox.ts';

/** State, namespaces and addresses of one sandbox. NotFound when it is gone. */
export const podSandboxStatus = unaryCall(
  runtimeMethod('PodSandboxStatus'),
  message({ podSandboxId: [1, 'string'], verbose: [2, 'bool'] }),
  message({
    status: [1, PodSandboxStatus],
    info: [2, stringMap],
    containersStatuses: [3, repeated(ContainerStatus)],
    timestamp: [4, 'int64'],
  }),
);
