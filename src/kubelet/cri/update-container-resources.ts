import { runtimeMethod, unaryCall } from './call.ts';
import { message, stringMap } from './codec/message.ts';
import { LinuxContainerResources } from './messages/resources.ts';

/** Changes the limits of a running container. */
export const updateContainerResources = unaryCall(
  runtimeMethod('UpdateContainerResources'),
  message({ containerId: [1, 'string'], linux: [2, LinuxContainerResources], annotations: [4, stringMap] }),
  message({}),
);
