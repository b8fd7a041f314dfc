import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';
import { PodSandboxConfig } from './messages/sandbox.ts';

/** Creates and starts a sandbox: its namespaces, its network, its pause container. */
export const runPodSandbox = unaryCall(
  runtimeMethod('RunPodSandbox'),
  message({ config: [1, PodSandboxConfig], runtimeHandler: [2, 'string'] }),
  message({ podSandboxId: [1, 'string'] }),
);
