import { runtimeMethod, unaryCall } from './call.ts';
import { message, stringMap } from './codec/message.ts';
import { ContainerStatus } from './messages/container.ts';

/** State, exit code, mounts and log path of one container. NotFound when it is gone. */
export const containerStatus = unaryCall(
  runtimeMethod('ContainerStatus'),
  message({ containerId: [1, 'string'], verbose: [2, 'bool'] }),
  message({ status: [1, ContainerStatus], info: [2, stringMap] }),
);
