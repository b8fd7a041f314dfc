import { runtimeMethod, unaryCall } from './call.ts';
import { message, repeated } from './codec/message.ts';

/** Prepares a streamed exec; the answer is the URL of the runtime's streaming server. */
export const exec = unaryCall(
  runtimeMethod('Exec'),
  message({
    containerId: [1, 'string'],
    cmd: [2, repeated('string')],
    tty: [3, 'bool'],
    stdin: [4, 'bool'],
    stdout: [5, 'bool'],
    stderr: [6, 'bool'],
  }),
  message({ url: [1, 'string'] }),
);
