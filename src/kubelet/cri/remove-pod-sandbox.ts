import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';

/** Removes the sandbox with its containers. */
export const removePodSandbox = unaryCall(runtimeMethod('RemovePodSandbox'), message({ podSandboxId: [1, 'string'] }), message({}));
