import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';

/** Makes the runtime open the log file anew after it was renamed. */
export const reopenContainerLog = unaryCall(runtimeMethod('ReopenContainerLog'), message({ containerId: [1, 'string'] }), message({}));
