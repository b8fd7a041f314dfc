import { runtimeMethod, unaryCall } from './call.ts';
import { message, repeated } from './codec/message.ts';
import { ContainerStats, ContainerStatsFilter } from './messages/stats.ts';

/** Usage of the running containers that match the filter. */
export const listContainerStats = unaryCall(
  runtimeMethod('ListContainerStats'),
  message({ filter: [1, ContainerStatsFilter] }),
  message({ stats: [1, repeated(ContainerStats)] }),
);
