import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';

/** Kills what runs in the sandbox and reclaims its network. May be called again. */
export const stopPodSandbox = unaryCall(runtimeMethod('StopPodSandbox'), message({ podSandboxId: [1, 'string'] }), message({}));
