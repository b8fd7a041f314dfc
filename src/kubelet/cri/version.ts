import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';

/** Name and versions of the runtime. */
export const version = unaryCall(
  runtimeMethod('Version'),
  message({ version: [1, 'string'] }),
  message({ version: [1, 'string'], runtimeName: [2, 'string'], runtimeVersion: [3, 'string'], runtimeApiVersion: [4, 'string'] }),
);
