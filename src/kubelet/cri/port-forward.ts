import { runtimeMethod, unaryCall } from './call.ts';
import { message, repeated } from './codec/message.ts';

/** Prepares a streamed port forward. */
export const portForward = unaryCall(
  runtimeMethod('PortForward'),
  message({ podSandboxId: [1, 'string'], port: [2, repeated('int32')] }),
  message({ url: [1, 'string'] }),
);
