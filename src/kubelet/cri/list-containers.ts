import { runtimeMethod, unaryCall } from './call.ts';
import { message, repeated } from './codec/message.ts';
import { Container, ContainerFilter } from './messages/container.ts';

/** Containers that match the filter, in every state. */
export const listContainers = unaryCall(
  runtimeMethod('ListContainers'),
  message({ filter: [1, ContainerFilter] }),
  message({ containers: [1, repeated(Container)] }),
);
