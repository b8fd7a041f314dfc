/** Asks the authorizer about each thing that is impersonated (k8s.io/apiserver/pkg/endpoints/filters/impersonation, mode.go). */
import { errorMessage } from '../../base/log.ts';
import { isForbidden } from '../../machinery/status-error.ts';
import { serviceAccountGroups, splitServiceAccountUser } from '../authn/service-account/user-name.ts';
import type { AuthorizationAttributes } from '../authz/authorizer.ts';
import { forbiddenError } from '../authz/forbidden-message.ts';
import type { UserInfo } from '../request.ts';
import { checkExtra } from './impersonation-extra.ts';
import type { WantedUser } from './impersonation-headers.ts';
import { nodeOfUserName } from './impersonation-names.ts';

/** Resolves when allowed; rejects with 403. */
export type Check = (attributes: AuthorizationAttributes) => Promise<void>;

export interface CheckOptions {
  readonly check: Check;
  readonly requestor: UserInfo;
  /** `impersonate`, or `impersonate:<mode>`: the constrained ones are stricter. */
  readonly verb: string;
  readonly constrained: boolean;
}

/** From so many values on, the right to all of them is asked for first. */
const MANY = 4;

/** The user to become. Rejects with 403. */
export async function checkImpersonation(options: CheckOptions, wanted: WantedUser): Promise<UserInfo> {
  const groups = await checkName(options, wanted);
  if (wanted.uid !== '') await options.check(about(options, 'uids', { name: wanted.uid }));
  await checkGroups(options, wanted.groups);
  await checkExtras(options, wanted.extra);
  return {
    name: wanted.name,
    ...(wanted.uid !== '' && { uid: wanted.uid }),
    groups: completed(wanted.name, groups),
    ...(wanted.extra.size > 0 && { extra: Object.fromEntries(wanted.extra) }),
  };
}

function about(options: CheckOptions, resource: string, parts: Partial<AuthorizationAttributes>): AuthorizationAttributes {
  const legacyGroup = !options.constrained && ['users', 'groups', 'serviceaccounts'].includes(resource);
  return {
    user: options.requestor,
    verb: options.verb,
    isResourceRequest: true,
    namespace: '',
    group: legacyGroup ? '' : 'authentication.k8s.io',
    version: 'v1',
    resource,
    subresource: '',
    name: '',
    path: '',
    ...parts,
  };
}

/** Nodes and service accounts have groups that follow from their name. */
async function checkName(options: CheckOptions, { name, groups }: WantedUser): Promise<readonly string[]> {
  const node = options.constrained ? nodeOfUserName(name) : undefined;
  const account = splitServiceAccountUser(name);
  if (node !== undefined) {
    await options.check(about(options, 'nodes', { name: node }));
    return ['system:nodes'];
  }
  if (account) {
    await options.check(about(options, 'serviceaccounts', account));
    return groups.length > 0 ? groups : serviceAccountGroups(account.namespace);
  }
  await options.check(about(options, 'users', { name }));
  return groups;
}

async function checkGroups(options: CheckOptions, groups: readonly string[]): Promise<void> {
  if (options.constrained) {
    if (groups.includes('')) throw forbiddenError(about(options, 'groups', {}), 'impersonating the empty string group is not allowed');
    if (groups.includes('system:masters')) {
      throw forbiddenError(about(options, 'groups', { name: 'system:masters' }), 'impersonating the system:masters group is not allowed');
    }
    if (groups.length >= MANY && (await allowed(options.check, about(options, 'groups', { name: '*' })))) return;
  }
  for (const name of groups) await options.check(about(options, 'groups', { name }));
}

async function checkExtras(options: CheckOptions, extra: WantedUser['extra']): Promise<void> {
  if (options.constrained) {
    const problem = checkExtra(extra);
    if (problem !== undefined) throw forbiddenError(about(options, 'userextras', {}), problem);
    const count = [...extra.values()].reduce((sum, values) => sum + values.length, 0);
    const many = extra.size >= MANY || count >= MANY;
    if (many && (await allowed(options.check, about(options, 'userextras', { subresource: '*', name: '*' })))) return;
  }
  for (const [subresource, values] of extra) {
    for (const name of values) await options.check(about(options, 'userextras', { subresource, name }));
  }
}

async function allowed(check: Check, attributes: AuthorizationAttributes): Promise<boolean> {
  return check(attributes).then(
    () => true,
    (error: unknown) => {
      if (isForbidden(error)) return false;
      throw new Error(errorMessage(error), { cause: error });
    },
  );
}

/** Everybody is either authenticated or not. */
function completed(name: string, groups: readonly string[]): readonly string[] {
  const add = (group: string) => (groups.includes(group) ? groups : [...groups, group]);
  if (name === 'system:anonymous') return add('system:unauthenticated');
  return groups.includes('system:unauthenticated') ? groups : add('system:authenticated');
}
