import type { AnyObject } from '../../../api/object.ts';
import type { PolicyRule, Subject } from '../../../api/rbac/v1.gen.ts';
import { draft } from '../draft.ts';
import text from './policy-text.ts';

const GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${GROUP}/v1`;
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
/** On an object with this annotation set to "false" the server leaves its hands. */
export const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

const VERBS: Readonly<Record<string, readonly string[]>> = {
  read: ['get', 'list', 'watch'],
  write: ['create', 'delete', 'deletecollection', 'patch', 'update'],
  readupdate: ['get', 'list', 'patch', 'update', 'watch'],
  readwrite: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
};

export interface BootstrapPolicy {
  readonly clusterroles: AnyObject[];
  readonly clusterrolebindings: AnyObject[];
  readonly roles: AnyObject[];
  readonly rolebindings: AnyObject[];
}

/** The roles and bindings that every cluster has (notation: policy-text.ts). */
export function bootstrapPolicy(): BootstrapPolicy {
  const policy: BootstrapPolicy = { clusterroles: [], clusterrolebindings: [], roles: [], rolebindings: [] };
  let rules: PolicyRule[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('  ')) rules.push(parseRule(line.trim().split(' ')));
    else addRole(policy, line.split(' '), (rules = []));
  }
  return policy;
}

function parseRule([verbs = '', second = '', third = '', , names]: string[]): PolicyRule {
  if (verbs === 'record-events') return { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch', 'update'] };
  const verbList = [...(VERBS[verbs] ?? verbs.split(','))];
  if (second === 'url') return { nonResourceURLs: third.split(','), verbs: verbList };
  const apiGroups = second.split(',').map((g) => (g === 'core' ? '' : g));
  return { apiGroups, ...(names && { resourceNames: names.split(',') }), resources: third.split(','), verbs: verbList };
}

function addRole(policy: BootstrapPolicy, [keyword, word = '', ...options]: string[], rules: PolicyRule[]): void {
  const option = (key: string) => options.find((o) => o.startsWith(`${key}=`))?.slice(key.length + 1);
  const controller = keyword === 'controller';
  const slash = keyword === 'role' ? word.indexOf('/') : -1;
  const namespace = slash < 0 ? undefined : word.slice(0, slash);
  const name = controller ? `system:controller:${word}` : word.slice(slash + 1);
  const kind = namespace ? 'Role' : 'ClusterRole';
  const meta = { name, ...(namespace && { namespace }), labels: LABELS, annotations: { [AUTO_UPDATE]: 'true' } };
  const partOf = option('part-of');
  const gathers = option('gathers');
  const role = draft(
    API_VERSION,
    kind,
    { ...meta, labels: { ...LABELS, ...(partOf && { [`${GROUP}/aggregate-to-${partOf}`]: 'true' }) } },
    gathers
      ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${GROUP}/aggregate-to-${gathers}`]: 'true' } }] }, rules: null }
      : { rules },
  );
  (namespace ? policy.roles : policy.clusterroles).push(role);
  const to = controller ? `ServiceAccount:kube-system/${word}` : option('to');
  if (to === undefined) return;
  const binding = draft(
    API_VERSION,
    `${kind}Binding`,
    { ...meta, name: option('bound-as') ?? name },
    { roleRef: { apiGroup: GROUP, kind, name }, ...(to !== 'nobody' && { subjects: to.split(',').map(parseSubject) }) },
  );
  (namespace ? policy.rolebindings : policy.clusterrolebindings).push(binding);
}

/** `User:name`, `Group:name` or `ServiceAccount:namespace/name`. */
function parseSubject(word: string): Subject {
  const colon = word.indexOf(':');
  const [kind, rest] = [word.slice(0, colon), word.slice(colon + 1)];
  if (kind !== 'ServiceAccount') return { apiGroup: GROUP, kind, name: rest };
  const [namespace = '', name = ''] = rest.split('/');
  return { kind, name, namespace };
}
