import type { AuthorizationAttributes, Authorizer, Decision } from './authorizer.ts';

/** Members of this group may do everything; the server's own loopback identity is one. */
export const SYSTEM_MASTERS = 'system:masters';

const ALLOW: Decision = { decision: 'allow', reason: '' };
const NO_OPINION: Decision = { decision: 'no-opinion', reason: '' };

/** Allows whatever a member of `system:masters` asks, ahead of every other authorizer. */
export const superuserAuthorizer: Authorizer = {
  name: 'SystemMasters',
  authorize: async (a: AuthorizationAttributes) => (a.user.groups.includes(SYSTEM_MASTERS) ? ALLOW : NO_OPINION),
  rulesFor: (user) =>
    user.groups.includes(SYSTEM_MASTERS)
      ? {
          resource: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
          nonResource: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
          incomplete: false,
        }
      : { resource: [], nonResource: [], incomplete: false },
};
