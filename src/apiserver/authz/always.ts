import type { Authorizer } from './authorizer.ts';

/** `--authorization-mode=AlwaysAllow`. */
export const alwaysAllow: Authorizer = {
  name: 'AlwaysAllow',
  authorize: async () => ({ decision: 'allow', reason: '' }),
  rulesFor: () => ({
    resource: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResource: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  }),
};

/** `--authorization-mode=AlwaysDeny`. */
export const alwaysDeny: Authorizer = {
  name: 'AlwaysDeny',
  authorize: async () => ({ decision: 'no-opinion', reason: 'Everything is forbidden.' }),
  rulesFor: () => ({ resource: [], nonResource: [], incomplete: false }),
};
