import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '../../../api/object.ts';
import { StatusError } from '../../../machinery/status-error.ts';
import { reviewSelf } from '../../authn/self-subject-review.ts';
import { reviewToken } from '../../authn/token-review.ts';
import type { AuthorizationAttributes, Authorizer } from '../authorizer.ts';
import { reviewAccess } from './access-review.ts';
import { reviewRules } from './rules-review.ts';

const asked: AuthorizationAttributes[] = [];
const authorizer: Authorizer = {
  name: 'test',
  authorize: async (a) => {
    asked.push(a);
    return a.user.name === 'denied'
      ? { decision: 'deny', reason: 'never' }
      : a.verb === 'get'
        ? { decision: 'allow', reason: 'RBAC: allowed' }
        : { decision: 'no-opinion', reason: '' };
  },
  rulesFor: () => ({
    resource: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
    nonResource: [],
    incomplete: true,
    error: 'half',
  }),
};
const user = { name: 'alice', groups: ['g'], uid: 'u', extra: { k: ['v'] } };
const review = (kind: string, spec: Record<string, unknown>, metadata: Record<string, unknown> = {}) =>
  ({ apiVersion: 'authorization.k8s.io/v1', kind, metadata, spec }) as unknown as AnyObject;
const run = (object: AnyObject, namespace = '') => reviewAccess(object, { authorizer, user, namespace });
const statusOf = async (object: AnyObject, namespace = '') => (await run(object, namespace))['status'];
const pods = (more: Record<string, unknown> = {}) => ({ resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'ns', ...more } });

test('access reviews ask for whom they name', async () => {
  asked.length = 0;
  assert.deepEqual(
    await statusOf(
      review('SubjectAccessReview', {
        user: 'bob',
        groups: ['x'],
        uid: '1',
        extra: { a: ['b'] },
        ...pods({ group: 'apps', subresource: 'log', name: 'n' }),
      }),
    ),
    { allowed: true, reason: 'RBAC: allowed' },
  );
  assert.deepEqual(asked.pop(), {
    user: { name: 'bob', groups: ['x'], uid: '1', extra: { a: ['b'] } },
    verb: 'get',
    isResourceRequest: true,
    namespace: 'ns',
    group: 'apps',
    version: '*',
    resource: 'pods',
    subresource: 'log',
    name: 'n',
    path: '',
  });
  assert.deepEqual(await statusOf(review('SelfSubjectAccessReview', pods({ verb: 'delete' }))), { allowed: false });
  assert.equal(asked.pop()?.user, user);
  assert.deepEqual(await statusOf(review('SubjectAccessReview', { user: 'denied', nonResourceAttributes: { verb: 'get', path: '/x' } })), {
    allowed: false,
    denied: true,
    reason: 'never',
  });
  assert.deepEqual([asked[0]?.isResourceRequest, asked[0]?.path], [false, '/x']);
  assert.deepEqual(await statusOf(review('LocalSubjectAccessReview', { user: 'bob', ...pods() }, { namespace: 'ns' }), 'ns'), {
    allowed: true,
    reason: 'RBAC: allowed',
  });
});

test('selectors reach the authorizer; what cannot be understood is reported', async () => {
  const ask = async (fieldSelector: unknown, labelSelector?: unknown) => {
    const status = (await statusOf(review('SelfSubjectAccessReview', pods({ fieldSelector, labelSelector })))) as {
      evaluationError?: string;
    };
    return [asked.at(-1)?.fieldSelector, asked.at(-1)?.labelSelector, status.evaluationError];
  };
  assert.deepEqual(await ask({ rawSelector: 'spec.nodeName=n' }, { rawSelector: 'a in (b,c)' }), [
    'spec.nodeName=n',
    'a in (b,c)',
    undefined,
  ]);
  assert.deepEqual(
    await ask({
      requirements: [
        { key: 'a', operator: 'In', values: ['b'] },
        { key: 'c', operator: 'NotIn', values: ['d'] },
      ],
    }),
    ['a=b,c!=d', undefined, undefined],
  );
  assert.deepEqual(
    await ask({
      requirements: [
        { key: 'a', operator: 'In', values: ['b'] },
        { key: 'c', operator: 'Exists' },
      ],
    }),
    ['a=b', undefined, 'spec.resourceAttributes.fieldSelector partially ignored due to parse error'],
  );
  assert.deepEqual(await ask({ rawSelector: '&&' }, { rawSelector: '&&' }), [
    undefined,
    undefined,
    'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
  ]);
  assert.deepEqual(await ask(undefined, { requirements: [{ key: 'a', operator: 'Future', values: ['b'] }] }), [
    undefined,
    undefined,
    'spec.resourceAttributes.labelSelector ignored due to parse error',
  ]);
});

test('wrong reviews', async () => {
  const table: [AnyObject, string, string | undefined, RegExp][] = [
    [
      review('SubjectAccessReview', { user: 'a' }),
      '',
      'Invalid',
      /^.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified$/,
    ],
    [
      review('SubjectAccessReview', { user: 'a', ...pods(), nonResourceAttributes: {} }),
      '',
      'Invalid',
      /spec.nonResourceAttributes: Invalid value: \{\}: cannot be specified in combination with resourceAttributes/,
    ],
    [review('SubjectAccessReview', pods()), '', 'Invalid', /spec.user: Invalid value: "": at least one of user or group must be specified/],
    [review('SelfSubjectAccessReview', pods(), { name: 'x' }), '', 'Invalid', /metadata: Invalid value: .*: must be empty/],
    [
      review('SelfSubjectAccessReview', pods({ fieldSelector: {} })),
      '',
      'Invalid',
      /spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required/,
    ],
    [
      review('LocalSubjectAccessReview', { user: 'a', ...pods({ namespace: 'other' }) }, { namespace: 'ns' }),
      'ns',
      'Invalid',
      /spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace/,
    ],
    [
      review('LocalSubjectAccessReview', { user: 'a', nonResourceAttributes: {} }, { namespace: 'ns' }),
      'ns',
      'Invalid',
      /disallowed on this kind of request/,
    ],
    [
      review('LocalSubjectAccessReview', { user: 'a', ...pods() }, { namespace: 'ns' }),
      'other',
      'BadRequest',
      /spec.resourceAttributes.namespace must match namespace: other/,
    ],
  ];
  for (const [object, namespace, reason, message] of table) {
    await assert.rejects(run(object, namespace), (e) =>
      e instanceof StatusError && e.reason === reason && message.test(e.message) ? true : assert.fail(String(e)),
    );
  }
});

test('rules, self and token reviews', async () => {
  const rules = await reviewRules(review('SelfSubjectRulesReview', { namespace: 'ns' }), { authorizer, user, namespace: '' });
  assert.deepEqual(rules['status'], {
    resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
    nonResourceRules: [],
    incomplete: true,
    evaluationError: 'half',
  });
  await assert.rejects(reviewRules(review('SelfSubjectRulesReview', {}), { authorizer, user, namespace: '' }), /no namespace on request/);

  assert.deepEqual(reviewSelf(review('SelfSubjectReview', {}), user, 0)['status'], {
    userInfo: { username: 'alice', uid: 'u', groups: ['g'], extra: { k: ['v'] } },
  });

  const tokens = {
    name: 't',
    authenticateToken: async (token: string, audiences: readonly string[]) => {
      if (token === 'broken') throw new Error('expired');
      return token === 'good' ? { user, audiences } : undefined;
    },
  };
  const token = async (spec: Record<string, unknown>) =>
    (await reviewToken(review('TokenReview', spec), { tokens, apiAudiences: ['api'], namespace: '' }))['status'];
  const shown = { username: 'alice', uid: 'u', groups: ['g', 'system:authenticated'], extra: { k: ['v'] } };
  assert.deepEqual(await token({ token: 'good' }), { authenticated: true, user: shown, audiences: ['api'] });
  assert.deepEqual(await token({ token: 'good', audiences: ['vault'] }), { authenticated: true, user: shown, audiences: ['vault'] });
  assert.deepEqual(await token({ token: 'broken' }), { user: {}, error: '[invalid bearer token, expired]' });
  assert.deepEqual(await token({ token: 'bad' }), { user: {}, error: 'invalid bearer token' });
  await assert.rejects(token({}), /token is required/);
});
