import { runtimeMethod, unaryCall } from './call.ts';
import { message, repeated } from './codec/message.ts';

/** Runs a command in a container and waits for it; `timeout` in seconds, 0 for none. DeadlineExceeded when it takes longer. */
export const execSync = unaryCall(
  runtimeMethod('ExecSync'),
  message({ containerId: [1, 'string'], cmd: [2, repeated('string')], timeout: [3, 'int64'] }),
  message({ stdout: [1, 'bytes'], stderr: [2, 'bytes'], exitCode: [3, 'int32'] }),
);
