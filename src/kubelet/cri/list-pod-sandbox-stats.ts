import { runtimeMethod, unaryCall } from './call.ts';
import { message, repeated, stringMap } from './codec/message.ts';
import { PodSandboxStats } from './messages/stats.ts';

/** Usage of sandboxes with their network. */
export const listPodSandboxStats = unaryCall(
  runtimeMethod('ListPodSandboxStats'),
  message({ filter: [1, message({ id: [1, 'string'], labelSelector: [2, stringMap] })] }),
  message({ stats: [1, repeated(PodSandboxStats)] }),
);
