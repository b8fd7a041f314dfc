import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';

/** Stop signal, then SIGKILL after `timeout` seconds. Resolves once it has stopped. */
export const stopContainer = unaryCall(
  runtimeMethod('StopContainer'),
  message({ containerId: [1, 'string'], timeout: [2, 'int64'] }),
  message({}),
);
