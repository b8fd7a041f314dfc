import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';
import { LinuxContainerResources } from './messages/resources.ts';

/** Tells the runtime a sandbox's new size. Older runtimes answer Unimplemented. */
export const updatePodSandboxResources = unaryCall(
  runtimeMethod('UpdatePodSandboxResources'),
  message({ podSandboxId: [1, 'string'], overhead: [2, LinuxContainerResources], resources: [3, LinuxContainerResources] }),
  message({}),
);
