import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';

/** Removes a container, killing it if it runs. No error when it is gone. */
export const removeContainer = unaryCall(runtimeMethod('RemoveContainer'), message({ containerId: [1, 'string'] }), message({}));
