import { message } from '../codec/message.ts';

/** `RuntimeReady` or `NetworkReady`. */
export const RuntimeCondition = message({ type: [1, 'string'], status: [2, 'bool'], reason: [3, 'string'], message: [4, 'string'] });

export const RuntimeHandler = message({
  name: [1, 'string'],
  features: [2, message({ recursiveReadOnlyMounts: [1, 'bool'], userNamespaces: [2, 'bool'] })],
});

export const RuntimeFeatures = message({ supplementalGroupsPolicy: [1, 'bool'], userNamespacesHostNetwork: [2, 'bool'] });
