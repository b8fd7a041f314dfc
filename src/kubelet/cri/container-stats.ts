import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';
import { ContainerStats } from './messages/stats.ts';

/** Usage of one container. */
export const containerStats = unaryCall(
  runtimeMethod('ContainerStats'),
  message({ containerId: [1, 'string'] }),
  message({ stats: [1, ContainerStats] }),
);
