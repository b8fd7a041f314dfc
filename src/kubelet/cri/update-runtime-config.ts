import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';

/** Tells the runtime the node's pod CIDR. */
export const updateRuntimeConfig = unaryCall(
  runtimeMethod('UpdateRuntimeConfig'),
  message({ runtimeConfig: [1, message({ networkConfig: [1, message({ podCidr: [1, 'string'] })] })] }),
  message({}),
);
