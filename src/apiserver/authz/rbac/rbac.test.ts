import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '../../../api/object.ts';
import type { PolicyRule } from '../../../api/rbac/v1.gen.ts';
import { StatusError } from '../../../machinery/status-error.ts';
import { FakeRegistryReader } from '../../registry/fake-reader.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';
import { forbiddenError } from '../forbidden-message.ts';
import { superuserAuthorizer } from '../superuser.ts';
import { UnionAuthorizer } from '../union.ts';
import { uncovered } from './covers.ts';
import { EscalationGuard } from './escalation.ts';
import { RbacAuthorizer } from './rbac-authorizer.ts';
import { ruleAllows } from './rule-matching.ts';
import { RuleResolver } from './rule-resolver.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** `verbs groups resources [names]`, each a comma list, `-` for none; `verbs url /paths` for URLs. The core group is `core`. */
function rule(text: string): PolicyRule {
  const [verbs = '', groups = '', resources = '', names] = text.split(' ');
  const list = (s: string) => s.split(',').map((x) => (x === 'core' ? '' : x));
  if (groups === 'url') return { verbs: list(verbs), nonResourceURLs: list(resources) };
  return { verbs: list(verbs), apiGroups: list(groups), resources: list(resources), ...(names && { resourceNames: list(names) }) };
}

const meta = (name: string, namespace?: string) => ({ name, ...(namespace && { namespace }) }) as AnyObject['metadata'];
const role = (name: string, rules: string[], namespace?: string): AnyObject => ({
  apiVersion: `${GROUP}/v1`,
  kind: namespace ? 'Role' : 'ClusterRole',
  metadata: meta(name, namespace),
  rules: rules.map(rule),
});
/** Subjects as `User:x`, `Group:x`, `ServiceAccount:ns/x`. */
function binding(name: string, roleRef: string, subjects: string[], namespace?: string): AnyObject {
  const [kind, roleName] = roleRef.split(':');
  return {
    apiVersion: `${GROUP}/v1`,
    kind: namespace ? 'RoleBinding' : 'ClusterRoleBinding',
    metadata: meta(name, namespace),
    roleRef: { apiGroup: GROUP, kind, name: roleName },
    subjects: subjects.map((s) => {
      const [subjectKind, rest = ''] = s.split(':');
      const [first, second] = rest.split('/');
      return second === undefined ? { kind: subjectKind, name: rest } : { kind: subjectKind, namespace: first, name: second };
    }),
  };
}

/** `user[/group,group] verb resource[/sub] [ns=] [group=] [name=]`, or `user verb /path`. */
function attributes(text: string): AuthorizationAttributes {
  const [who = '', verb = '', what = '', ...options] = text.split(' ');
  const [name = '', groups = ''] = who.split('~');
  const option = (key: string) => options.find((o) => o.startsWith(`${key}=`))?.slice(key.length + 1) ?? '';
  const isResourceRequest = !what.startsWith('/');
  const [resource = '', subresource = ''] = isResourceRequest ? what.split('/') : [];
  return {
    user: { name, groups: groups === '' ? [] : groups.split(',') },
    verb,
    isResourceRequest,
    resource,
    subresource,
    namespace: option('ns'),
    group: option('group'),
    version: '',
    name: option('name'),
    path: isResourceRequest ? '' : what,
  };
}

function setUp(objects: readonly AnyObject[]) {
  const registry = new FakeRegistryReader();
  const put = (o: AnyObject) => registry.put(GROUP, `${o.kind.toLowerCase()}s`, o);
  for (const o of objects) put(o);
  const resolver = new RuleResolver(registry);
  return { registry, put, resolver, authorizer: new RbacAuthorizer(resolver) };
}

const TABLE: { name: string; objects: AnyObject[]; pass: string[]; fail: string[] }[] = [
  {
    name: 'a cluster role bound in one namespace',
    objects: [role('admin', ['* * *']), binding('b', 'ClusterRole:admin', ['User:admin', 'Group:admins'], 'ns1')],
    pass: [
      'admin get Pods ns=ns1',
      'admin~group1 watch Foobar ns=ns1',
      'joe~admins watch Foobar ns=ns1',
      'joe~group1,admins watch Foobar ns=ns1',
    ],
    fail: ['admin GET Pods ns=ns2', 'admin GET Nodes', 'admin~admins GET Pods ns=ns2', 'admin~admins GET Nodes', 'joe get pods ns=ns1'],
  },
  {
    name: 'URLs',
    objects: [
      role('getter', ['get url /apis']),
      role('all', ['* url /apis']),
      role('prefix', ['get url /apis/*']),
      binding('a', 'ClusterRole:getter', ['User:foo', 'Group:bar']),
      binding('b', 'ClusterRole:all', ['User:admin', 'Group:admin']),
      binding('c', 'ClusterRole:prefix', ['User:prefixed', 'Group:prefixed']),
    ],
    pass: [
      'foo get /apis',
      '~bar get /apis',
      'admin watch /apis',
      '~admin watch /apis',
      'prefixed get /apis/v1',
      '~prefixed get /apis/v1/foobar',
    ],
    fail: [
      'foo watch /apis',
      '~bar watch /apis',
      'foo get /api/v1',
      '~admin get /api/v1',
      'prefixed get /api/v1',
      'prefixed get /apis',
      'foo get apis',
    ],
  },
  {
    name: 'a resource does not stand for its subresources',
    objects: [role('r', ['* * pods']), binding('b', 'ClusterRole:r', ['User:admin'], 'ns1')],
    pass: ['admin get pods ns=ns1'],
    fail: ['admin get pods/status ns=ns1'],
  },
  {
    name: 'subresource patterns',
    objects: [role('r', ['* * pods/status', '* * */scale']), binding('b', 'ClusterRole:r', ['User:admin'], 'ns1')],
    pass: ['admin get pods/status ns=ns1', 'admin get pods/scale ns=ns1', 'admin get anything/scale ns=ns1'],
    fail: ['admin get pods ns=ns1', 'admin get pods/log ns=ns1'],
  },
  {
    name: 'resource names do not match a list or a create',
    objects: [role('r', ['get,list,create core secrets a,b'], 'ns1'), binding('b', 'Role:r', ['User:u'], 'ns1')],
    pass: ['u get secrets ns=ns1 name=a', 'u list secrets ns=ns1 name=b'],
    fail: ['u get secrets ns=ns1 name=c', 'u list secrets ns=ns1', 'u create secrets ns=ns1'],
  },
  {
    name: 'service accounts, with the namespace left out in a role binding only',
    objects: [
      role('r', ['get core pods']),
      binding('b', 'ClusterRole:r', ['ServiceAccount:builder'], 'ns1'),
      binding('c', 'ClusterRole:r', ['ServiceAccount:builder', 'ServiceAccount:ns3/cluster']),
    ],
    pass: ['system:serviceaccount:ns1:builder get pods ns=ns1', 'system:serviceaccount:ns3:cluster get pods'],
    fail: ['system:serviceaccount:ns2:builder get pods ns=ns1', 'system:serviceaccount:ns1:builder get pods', 'builder get pods ns=ns1'],
  },
  {
    name: 'a namespaced role grants no cluster access, and names that JavaScript knows are just names',
    objects: [
      role('constructor', ['get core nodes'], '__proto__'),
      binding('toString', 'Role:constructor', ['User:__proto__'], '__proto__'),
    ],
    pass: ['__proto__ get nodes ns=__proto__'],
    fail: ['__proto__ get nodes', 'constructor get nodes ns=__proto__', 'toString get nodes ns=constructor'],
  },
];

for (const { name, objects, pass, fail } of TABLE) {
  test(`RBAC: ${name}`, async () => {
    const { authorizer } = setUp(objects);
    for (const text of pass) assert.equal((await authorizer.authorize(attributes(text))).decision, 'allow', text);
    for (const text of fail) assert.equal((await authorizer.authorize(attributes(text))).decision, 'no-opinion', text);
  });
}

const MATCHES: [rule: string, yes: string[], no: string[]][] = [
  ['* g1 r1', ['u v1 r1 group=g1', 'u v2 r1 group=g1'], ['u v1 r1 group=g2', 'u v1 r2 group=g1']],
  ['v1 * r1', ['u v1 r1 group=g1', 'u v1 r1 group=g2', 'u v1 r1'], ['u v1 r2 group=g1', 'u v2 r1 group=g1']],
  ['v1 g1 *', ['u v1 r1 group=g1', 'u v1 r2 group=g1', 'u v1 r2/s group=g1'], ['u v1 r1 group=g2', 'u v2 r1 group=g1']],
  ['v1,v2 g1,g2 r1,r2', ['u v1 r1 group=g1', 'u v2 r2 group=g2'], ['u v3 r1 group=g1', 'u v1 r3 group=g1', 'u v1 r1 group=g3']],
  ['* * r1/s1', ['u v1 r1/s1 group=g1'], ['u v1 r1/s2', 'u v1 r2/s1', 'u v1 r1']],
  ['v1 url *', ['u v1 /foo', 'u v1 /foo/bar/one'], ['u v2 /foo']],
  ['v1 url /foo/*', ['u v1 /foo/bar', 'u v1 /foo/bar/one'], ['u v1 /foo', 'u v1 /notfoo', 'u v1 /notfoo/bar']],
  ['* url /foo,/foo/bar/one', ['u v1 /foo', 'u v2 /foo/bar/one'], ['u v1 /foo/bar', 'u v1 /foo/baz/one']],
];
test('a rule matches requests', () => {
  for (const [text, yes, no] of MATCHES) {
    for (const request of yes) assert.equal(ruleAllows(attributes(request), rule(text)), true, `${text} | ${request}`);
    for (const request of no) assert.equal(ruleAllows(attributes(request), rule(text)), false, `${text} | ${request}`);
  }
});

test('changes of roles and bindings hold at once', async () => {
  const { registry, put, authorizer } = setUp([]);
  const may = async (text: string) => (await authorizer.authorize(attributes(text))).decision === 'allow';
  put(binding('b', 'Role:r', ['User:u', 'Group:g'], 'ns'));
  assert.deepEqual(await authorizer.authorize(attributes('u get pods ns=ns')), {
    decision: 'no-opinion',
    reason: 'RBAC: role.rbac.authorization.k8s.io "r" not found',
  });
  put(role('r', ['get core pods'], 'ns'));
  assert.deepEqual(await authorizer.authorize(attributes('u get pods ns=ns')), {
    decision: 'allow',
    reason: 'RBAC: allowed by RoleBinding "b/ns" of Role "r" to User "u"',
  });
  put(binding('b', 'Role:r', ['User:other'], 'ns'));
  assert.deepEqual(
    [await may('u get pods ns=ns'), await may('x~g get pods ns=ns'), await may('other get pods ns=ns')],
    [false, false, true],
  );
  put(role('r', ['list core pods'], 'ns'));
  assert.equal(await may('other get pods ns=ns'), false);
  await registry.delete(GROUP, 'rolebindings', 'ns', 'b');
  assert.equal(await may('other list pods ns=ns'), false);
});

test('the union: superusers first; nobody else is allowed by it', async () => {
  const { authorizer } = setUp([]);
  const union = new UnionAuthorizer([superuserAuthorizer, authorizer]);
  assert.equal((await union.authorize(attributes('x~system:masters delete nodes'))).decision, 'allow');
  assert.equal((await union.authorize(attributes('system:masters delete nodes'))).decision, 'no-opinion');
});

test('texts of refused requests', () => {
  const text = (a: string, reason?: string) => forbiddenError(attributes(a), reason).status.message;
  assert.equal(
    text('u list pods ns=default'),
    'pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "default"',
  );
  assert.equal(
    text('u get pods/log ns=default name=p'),
    'pods "p" is forbidden: User "u" cannot get resource "pods/log" in API group "" in the namespace "default"',
  );
  assert.equal(
    text('u list deployments group=apps'),
    'deployments.apps is forbidden: User "u" cannot list resource "deployments" in API group "apps" at the cluster scope',
  );
  assert.equal(text('u get /x<script>', 'why'), 'forbidden: User "u" cannot get path "/x&lt;script&gt;": why');
});

const COVERS: [owned: string[], wanted: string[], missing: string[]][] = [
  [['get g builds'], ['get g builds'], []],
  [['get g */scale'], ['get g foo/scale'], []],
  [['delete g deployments', 'delete g builds', 'update g builds,deployments'], ['delete,update g builds,deployments'], []],
  [['delete,update g builds,deployments', 'delete g pods'], ['delete,update g builds,deployments,pods'], ['update g pods']],
  [['get * roles'], ['get g1,g2 roles'], []],
  [['get g roles'], ['get * roles'], ['get * roles']],
  [['* g roles'], ['watch,list g roles'], []],
  [['get,list,watch,create g roles'], ['* g roles'], ['* g roles']],
  [['get g *'], ['get g resourcegroup:deployments'], []],
  [['get g roles'], ['get g *'], ['get g *']],
  [['get g pods'], ['get g pods foo,bar'], []],
  [['get g pods foo,bar'], ['get g pods'], ['get g pods']],
  [['get g pods foo,bar'], ['get g pods bar,baz'], ['get g pods baz']],
  [['* url *'], ['* url /apis,/apis/v1,/'], []],
  [['* url /apis/*'], ['get url /apis,/apis/v1'], ['get url /apis']],
];
test('which rules cover which', () => {
  for (const [owned, wanted, missing] of COVERS)
    assert.deepEqual(uncovered(owned.map(rule), wanted.map(rule)), missing.map(rule), wanted.join());
});

test('privilege escalation through roles and bindings is refused', async () => {
  const { resolver, authorizer } = setUp([
    role('strong', ['* * *']),
    role('author', [`create,update ${GROUP} roles,rolebindings`, 'get,list core pods']),
    role('binder', [`bind ${GROUP} clusterroles strong`]),
    role('escalator', [`escalate ${GROUP} roles`]),
    binding('a', 'ClusterRole:author', ['User:alice'], 'ns'),
    binding('b', 'ClusterRole:binder', ['User:bob'], 'ns'),
    binding('c', 'ClusterRole:escalator', ['User:carol'], 'ns'),
    role('reader', ['get,list * *']),
    binding('d', 'ClusterRole:reader', ['User:dave']),
  ]);
  const guard = new EscalationGuard(resolver, authorizer);
  const write = (user: string, object: AnyObject, oldObject?: AnyObject) =>
    guard.check({
      resource: `${object.kind.toLowerCase()}s` as 'roles',
      user: { name: user, groups: user === 'root' ? ['system:masters'] : ['g'] },
      namespace: object.metadata.namespace ?? '',
      requestName: '',
      object,
      oldObject,
    });
  const refused = (message: string) => (error: unknown) =>
    error instanceof StatusError && error.code === 403 && assert.equal(error.message, message) === undefined;

  await write('alice', role('r', ['get core pods'], 'ns'));
  await assert.rejects(
    write('alice', role('r', ['get,delete,create core pods', 'get core secrets'], 'ns')),
    refused(
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "alice" (groups=["g"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete" "create"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    ),
  );
  await assert.rejects(write('alice', binding('x', 'ClusterRole:strong', ['User:alice'], 'ns')), {
    name: 'StatusError',
    message: /not currently held:\n\{APIGroups:\["\*"\], Resources:\["\*"\], Verbs:\["\*"\]\}$/,
  });
  await assert.rejects(write('alice', binding('x', 'Role:absent', ['User:alice'], 'ns')), {
    message: 'role.rbac.authorization.k8s.io "absent" not found',
  });
  await write('bob', binding('x', 'ClusterRole:strong', ['User:bob'], 'ns'));
  await write('bob', binding('x', 'ClusterRole:binder', ['User:bob'], 'ns'));
  await assert.rejects(write('bob', binding('x', 'ClusterRole:strong', ['User:bob'])));
  await write('carol', role('r', ['* * *'], 'ns'));
  await assert.rejects(write('carol', role('r', ['* * *'], 'other')));
  await write('root', role('r', ['* * *']));
  const aggregated = { ...role('agg', []), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
  await assert.rejects(
    write('dave', aggregated),
    refused('clusterroles.rbac.authorization.k8s.io "agg" is forbidden: must have cluster-admin privileges to use the aggregationRule'),
  );
  await assert.rejects(write('dave', role('agg', []), aggregated));
  // What the garbage collector must write is let through.
  const old = role('r', ['* * *'], 'ns');
  await write('alice', { ...old, metadata: { ...old.metadata, finalizers: ['foregroundDeletion'] } }, old);
  await assert.rejects(write('alice', { ...old, metadata: { ...old.metadata, labels: { a: 'b' } } }, old));
});
