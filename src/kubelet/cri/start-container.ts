import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';

/** Starts a created container. */
export const startContainer = unaryCall(runtimeMethod('StartContainer'), message({ containerId: [1, 'string'] }), message({}));
