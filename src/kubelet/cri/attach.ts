import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';

/** Prepares a streamed attach. */
export const attach = unaryCall(
  runtimeMethod('Attach'),
  message({ containerId: [1, 'string'], stdin: [2, 'bool'], tty: [3, 'bool'], stdout: [4, 'bool'], stderr: [5, 'bool'] }),
  message({ url: [1, 'string'] }),
);
