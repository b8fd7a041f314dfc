/**
 * The ways to impersonate, tried one after the other (https://kep.k8s.io/5284): constrained ones need a right for the user and a right for
 * what is done in that user's name, the old one only the first.
 */
import { errorMessage } from '../../base/log.ts';
import { isForbidden } from '../../machinery/status-error.ts';
import { splitServiceAccountUser } from '../authn/service-account/user-name.ts';
import { NODE_NAME } from '../authn/user-extra.ts';
import type { AuthorizationAttributes, Authorizer } from '../authz/authorizer.ts';
import { forbiddenError } from '../authz/forbidden-message.ts';
import type { UserInfo } from '../request.ts';
import { checkImpersonation, type Check } from './impersonation-checks.ts';
import type { WantedUser } from './impersonation-headers.ts';
import { nodeOfUserName } from './impersonation-names.ts';

export interface Impersonation {
  readonly user: UserInfo;
  /** The verb of the constrained mode that allowed it; '' for the old one. */
  readonly constraint: string;
}

interface Mode {
  /** undefined: this mode is not for such users. Rejects with 403. */
  check(wanted: WantedUser, request: AuthorizationAttributes): Promise<Impersonation | undefined>;
}

export function impersonationModes(authorizer: Authorizer): readonly Mode[] {
  const check: Check = (attributes) => requireAllowed(authorizer, attributes);
  const associated: Check = (attributes) => check(anyNode(attributes));
  return [
    constrained('associated-node', associated, (wanted, { extra, name }) => {
      const node = nodeOfUserName(wanted.name);
      const [own, ...more] = extra?.[NODE_NAME] ?? [];
      return nameOnly(wanted) && node !== undefined && node === own && more.length === 0 && splitServiceAccountUser(name) !== undefined;
    }),
    constrained('arbitrary-node', check, (wanted) => nameOnly(wanted) && nodeOfUserName(wanted.name) !== undefined),
    constrained('serviceaccount', check, (wanted) => nameOnly(wanted) && splitServiceAccountUser(wanted.name) !== undefined),
    constrained('user-info', check, ({ name }) => nodeOfUserName(name) === undefined && !splitServiceAccountUser(name)),
    {
      async check(wanted, { user: requestor }) {
        return { user: await checkImpersonation({ check, requestor, verb: 'impersonate', constrained: false }, wanted), constraint: '' };
      },
    },
  ];
}

function constrained(name: string, check: Check, applies: (wanted: WantedUser, requestor: UserInfo) => boolean): Mode {
  const verb = `impersonate:${name}`;
  return {
    async check(wanted, request) {
      const requestor = request.user;
      if (!applies(wanted, requestor)) return undefined;
      await check({ ...request, verb: `impersonate-on:${name}:${request.verb}` });
      return { user: await checkImpersonation({ check, requestor, verb, constrained: true }, wanted), constraint: verb };
    },
  };
}

function nameOnly({ uid, groups, extra }: WantedUser): boolean {
  return uid === '' && groups.length === 0 && extra.size === 0;
}

/** The right to be one's own node does not depend on which node that is. */
function anyNode(attributes: AuthorizationAttributes): AuthorizationAttributes {
  const keys = Object.keys(attributes.user.extra ?? {}).toSorted();
  return {
    ...attributes,
    user: { ...attributes.user, extra: { 'authentication.kubernetes.io/associated-node-keys': keys } },
    name: attributes.verb === 'impersonate:associated-node' ? '*' : attributes.name,
  };
}

async function requireAllowed(authorizer: Authorizer, attributes: AuthorizationAttributes): Promise<void> {
  let why: string;
  try {
    const { decision, reason } = await authorizer.authorize(attributes);
    if (decision === 'allow') return;
    why = reason;
  } catch (error) {
    if (isForbidden(error)) throw error;
    why = errorMessage(error);
  }
  throw forbiddenError(attributes, why);
}
