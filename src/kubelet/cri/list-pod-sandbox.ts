import { runtimeMethod, unaryCall } from './call.ts';
import { message, repeated } from './codec/message.ts';
import { PodSandbox, PodSandboxFilter } from './messages/sandbox.ts';

/** Sandboxes that match the filter, in every state. */
export const listPodSandbox = unaryCall(
  runtimeMethod('ListPodSandbox'),
  message({ filter: [1, PodSandboxFilter] }),
  message({ items: [1, repeated(PodSandbox)] }),
);
