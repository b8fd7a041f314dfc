import { runtimeMethod, unaryCall } from './call.ts';
import { message, repeated, stringMap } from './codec/message.ts';
import { RuntimeCondition, RuntimeFeatures, RuntimeHandler } from './messages/runtime.ts';

/** Whether the runtime and its network are ready, and what they can do. */
export const status = unaryCall(
  runtimeMethod('Status'),
  message({ verbose: [1, 'bool'] }),
  message({
    status: [1, message({ conditions: [1, repeated(RuntimeCondition)] })],
    info: [2, stringMap],
    runtimeHandlers: [3, repeated(RuntimeHandler)],
    features: [4, RuntimeFeatures],
  }),
);
