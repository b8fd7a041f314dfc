import { runtimeMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';

/** The runtime's cgroup driver: 0 systemd, 1 cgroupfs. Older runtimes answer Unimplemented. */
export const runtimeConfig = unaryCall(
  runtimeMethod('RuntimeConfig'),
  message({}),
  message({ linux: [1, message({ cgroupDriver: [1, 'int32'] })] }),
);
