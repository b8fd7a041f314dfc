import { test } from 'node:test';
import assert from 'node:assert/strict';
import { StatusError } from '../../machinery/status-error.ts';
import { requestWith } from '../authn/testing.ts';
import type { AuthorizationAttributes, Authorizer } from '../authz/authorizer.ts';
import { requestInfo } from '../request-info.ts';
import type { ApiRequest, RequestContext, UserInfo } from '../request.ts';
import { impersonationFilter } from './impersonation.ts';

type Rule = (a: AuthorizationAttributes) => boolean;

/** Runs a request through the filter; gives the user that the handler saw, or the refusal. */
function world(rule: Rule) {
  const asked: string[] = [];
  const authorizer: Authorizer = {
    name: 'test',
    async authorize(a) {
      asked.push(`${a.verb} ${a.group}/${a.resource}${a.subresource && `/${a.subresource}`} ${a.namespace && `${a.namespace}/`}${a.name}`);
      return rule(a) ? { decision: 'allow', reason: '' } : { decision: 'no-opinion', reason: 'deny by default' };
    },
  };
  const filter = impersonationFilter(authorizer);
  return async (user: UserInfo, headers: ApiRequest['headers'], path = '/api/v1/namespaces/bar/pods/foo', method = 'GET') => {
    asked.length = 0;
    const request = requestWith({ headers: { accept: '*/*', ...headers }, path, method });
    const context: RequestContext = {
      request,
      info: requestInfo(method, path, request.query),
      user,
      warnings: new Set(),
      auditAnnotations: new Map(),
      receivedAtMs: 0,
    };
    let seen: RequestContext | undefined;
    let refusal: { code: number; message: string } | undefined;
    const handler = filter(async (inner) => {
      seen = inner;
      return { type: 'raw', status: 200, contentType: '', body: '' };
    });
    await handler(context).catch((error: unknown) => {
      assert.ok(error instanceof StatusError, String(error));
      refusal = { code: error.code, message: error.message };
    });
    if (seen) assert.deepEqual(seen.request.headers, { accept: '*/*' });
    assert.deepEqual(context.user, user, 'the outer context keeps who really asks');
    return { user: seen?.user, refusal, asked: [...asked], impersonation: context.impersonation };
  };
}

/** The rules of upstream's test of the old way. */
const legacyRules: Rule = ({ user, verb, resource, subresource, name, group }) => {
  if (user.name === 'system:admin') return true;
  if (user.name === 'tester' || verb !== 'impersonate') return false;
  const [first, second] = user.groups;
  if (first === 'wheel' && resource === 'users') return true;
  if (first === 'sa-impersonater' && resource === 'serviceaccounts') return true;
  if (first === 'regular-impersonater' && resource === 'users') return true;
  if (second === 'group-impersonater' && resource === 'groups') return true;
  if (second === 'extra-setter-scopes' && resource === 'userextras' && subresource === 'scopes') return true;
  if (second === 'escaped-scopes') return true;
  if (second === 'extra-setter-particular-scopes') return resource === 'userextras' && subresource === 'scopes' && name === 'scope-a';
  if (second === 'extra-setter-project') return resource === 'userextras' && subresource === 'project';
  if (first !== 'everything-impersonater') return false;
  if (resource === 'uids') return name === 'some-uid' && group === 'authentication.k8s.io';
  if (resource === 'userextras') return subresource === 'scopes' && group === 'authentication.k8s.io';
  return ['users', 'groups'].includes(resource) && group === '';
};

test('users, groups, extra values and UIDs each need their right', async () => {
  const as = (name: string, ...groups: string[]): UserInfo => ({ name, groups });
  const become = (user: string) => ({ 'impersonate-user': user });
  const scopes = { 'impersonate-extra-scopes': ['scope-a', 'scope-b'] };
  const table: [string, UserInfo, ApiRequest['headers'], UserInfo | number][] = [
    ['nobody else', as('tester'), {}, as('tester')],
    ['no right', as('tester'), become('anyone'), 403],
    ['group without user', as('tester'), { 'impersonate-group': 'some-group' }, 400],
    ['extra without user', as('tester'), scopes, 400],
    ['UID without user', as('tester'), { 'impersonate-uid': 'some-uid' }, 400],
    ['no right to the group', as('dev', 'wheel'), { ...become('system:admin'), 'impersonate-group': 'g' }, 403],
    ['empty group', as('dev', 'wheel'), { ...become('system:admin'), 'impersonate-group': '' }, 403],
    ['system:masters', as('dev', 'wheel'), { ...become('system:admin'), 'impersonate-group': 'system:masters' }, 403],
    [
      'a group',
      as('dev', 'wheel', 'group-impersonater'),
      { ...become('system:admin'), 'impersonate-group': 'g' },
      as('system:admin', 'g', 'system:authenticated'),
    ],
    ['extra, no right', as('dev', 'wheel'), { ...become('system:admin'), ...scopes }, 403],
    ['extra of another key', as('dev', 'wheel', 'extra-setter-project'), { ...become('system:admin'), ...scopes }, 403],
    ['extra of another value', as('dev', 'wheel', 'extra-setter-particular-scopes'), { ...become('system:admin'), ...scopes }, 403],
    [
      'extra',
      as('dev', 'wheel', 'extra-setter-scopes'),
      { ...become('system:admin'), ...scopes },
      { ...as('system:admin', 'system:authenticated'), extra: { scopes: ['scope-a', 'scope-b'] } },
    ],
    [
      'escaped key',
      as('dev', 'wheel', 'escaped-scopes'),
      { ...become('x'), 'impersonate-extra-example.com%2fescaped%e1%9b%84scopes': 'a' },
      { ...as('x', 'system:authenticated'), extra: { 'example.com/escapedᛄscopes': ['a'] } },
    ],
    [
      'badly escaped key',
      as('dev', 'wheel', 'escaped-scopes'),
      { ...become('x'), 'impersonate-extra-almost%zzpercent%xxencoded': 'a' },
      { ...as('x', 'system:authenticated'), extra: { 'almost%zzpercent%xxencoded': ['a'] } },
    ],
    ['a user', as('dev', 'regular-impersonater'), become('tester'), as('tester', 'system:authenticated')],
    ['a user instead of an account', as('dev', 'sa-impersonater'), become('tester'), 403],
    [
      'an account',
      as('dev', 'sa-impersonater'),
      become('system:serviceaccount:foo:default'),
      as('system:serviceaccount:foo:default', 'system:serviceaccounts', 'system:serviceaccounts:foo', 'system:authenticated'),
    ],
    ['anonymous', as('system:admin'), become('system:anonymous'), as('system:anonymous', 'system:unauthenticated')],
    [
      'unauthenticated',
      as('system:admin'),
      { ...become('unknown'), 'impersonate-group': 'system:unauthenticated' },
      as('unknown', 'system:unauthenticated'),
    ],
    [
      'authenticated',
      as('system:admin'),
      { ...become('unknown'), 'impersonate-group': 'system:authenticated' },
      as('unknown', 'system:authenticated'),
    ],
    [
      'UID',
      as('dev', 'everything-impersonater'),
      { ...become('tester'), 'impersonate-uid': 'some-uid' },
      { ...as('tester', 'system:authenticated'), uid: 'some-uid' },
    ],
    ['another UID', as('dev', 'everything-impersonater'), { ...become('tester'), 'impersonate-uid': 'other' }, 403],
  ];
  for (const [what, user, headers, want] of table) {
    const { user: seen, refusal } = await world(legacyRules)(user, headers);
    if (typeof want === 'number') assert.equal(refusal?.code, want, what);
    else assert.deepEqual(seen, want, what);
  }
});

test('who is not named cannot have a group', async () => {
  const { refusal } = await world(() => true)({ name: 'x', groups: [] }, { 'impersonate-group': ['a', 'b"'], 'impersonate-extra-k': 'v' });
  assert.equal(
    refusal?.message,
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"a", "b\\""}, Extra:map[string][]string{"k":[]string{"v"}}} without impersonating a user name',
  );
});

const NODE = { 'authentication.kubernetes.io/node-name': ['node1'], 'authentication.kubernetes.io/pod-name': ['p'] };
const agent: UserInfo = { name: 'system:serviceaccount:default:agent', groups: [], extra: NODE };

test('a constrained right holds for what it was given for', async () => {
  const ask = world(({ verb, user }) => {
    if (verb === 'impersonate:associated-node') {
      assert.deepEqual(user.extra, {
        'authentication.kubernetes.io/associated-node-keys': [
          'authentication.kubernetes.io/node-name',
          'authentication.kubernetes.io/pod-name',
        ],
      });
    }
    return ['impersonate:associated-node', 'impersonate-on:associated-node:get'].includes(verb);
  });
  const own = await ask(agent, { 'impersonate-user': 'system:node:node1' });
  assert.deepEqual(own.user, { name: 'system:node:node1', groups: ['system:nodes', 'system:authenticated'] });
  assert.equal(own.impersonation?.constraint, 'impersonate:associated-node');
  assert.deepEqual(own.asked, [
    'impersonate-on:associated-node:get /pods bar/foo',
    'impersonate:associated-node authentication.k8s.io/nodes *',
  ]);
  const other = await ask(agent, { 'impersonate-user': 'system:node:node2' });
  assert.equal(
    other.refusal?.message,
    'pods "foo" is forbidden: User "system:serviceaccount:default:agent" cannot impersonate-on:arbitrary-node:get resource "pods" in API group "" in the namespace "bar": deny by default',
  );
  const deleting = await ask(agent, { 'impersonate-user': 'system:node:node1' }, '/api/v1/namespaces/bar/pods/foo', 'DELETE');
  assert.equal(deleting.refusal?.code, 403);
});

test('the constrained ways check each value, many at once when they may', async () => {
  const allow =
    (...rules: RegExp[]): Rule =>
    (a) =>
      a.verb.startsWith('impersonate-on:user-info:') || rules.some((r) => r.test(`${a.verb} ${a.resource}/${a.subresource} ${a.name}`));
  const become = { 'impersonate-user': 'bob' };
  const user: UserInfo = { name: 'alice', groups: [] };
  const groups = { 'impersonate-group': ['a', 'b', 'c', 'd'] };
  const all = await world(allow(/user-info users/, /user-info groups\/ \*/))(user, { ...become, ...groups });
  assert.deepEqual(all.user?.groups, ['a', 'b', 'c', 'd', 'system:authenticated']);
  assert.equal(all.asked.length, 3);
  const each = await world(allow(/user-info users/, /user-info groups\/ [a-d]/))(user, { ...become, ...groups });
  assert.equal(each.impersonation?.constraint, 'impersonate:user-info');
  assert.equal(each.asked.length, 7);
  const refusals: [ApiRequest['headers'], RegExp][] = [
    [{ 'impersonate-group': '' }, /^groups.authentication.k8s.io is forbidden: .*: impersonating the empty string group is not allowed$/],
    [
      { 'impersonate-group': 'system:masters' },
      /^groups.authentication.k8s.io "system:masters" is forbidden: .*: impersonating the system:masters group is not allowed$/,
    ],
    [{ 'impersonate-extra-': 'x' }, /: impersonating the empty string key in extra is not allowed$/],
    [
      { 'impersonate-extra-x': 'x' },
      /: impersonating an invalid key in extra is not allowed: extra\[?.*key.*: Invalid value: "x": must be a domain-prefixed path \(such as "acme.io\/foo"\)$/,
    ],
    [{ 'impersonate-extra-a.io%2f%41': 'x' }, /: impersonating a non-lowercase key in extra is not allowed: "a.io\/A"$/],
    [{ 'impersonate-extra-a.io%2fb': '' }, /: impersonating the empty string value in extra is not allowed$/],
  ];
  for (const [headers, message] of refusals) {
    const { refusal } = await world(allow(/impersonate:user-info/))(user, { ...become, ...headers });
    assert.equal(refusal?.code, 403);
    assert.match(refusal?.message ?? '', message);
  }
});

test('the way that worked last is tried first, and tells why it does not', async () => {
  const ask = world(({ verb, name }) => verb === 'impersonate' && name === 'bob');
  const user: UserInfo = { name: 'alice', groups: [] };
  const cannot = (verb: string, what: string) => `${what} is forbidden: User "alice" cannot ${verb} resource`;
  const before = await ask(user, { 'impersonate-user': 'carol' });
  assert.ok(before.refusal?.message.startsWith(cannot('impersonate-on:user-info:get', 'pods "foo"')), before.refusal?.message);
  assert.equal((await ask(user, { 'impersonate-user': 'bob' })).asked.length, 2);
  assert.deepEqual((await ask(user, { 'impersonate-user': 'bob' })).asked, ['impersonate /users bob']);
  const after = await ask(user, { 'impersonate-user': 'carol' });
  assert.ok(after.refusal?.message.startsWith(cannot('impersonate', 'users "carol"')), after.refusal?.message);
});
