import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { RuleWithOperations } from '../../../api/admissionregistration/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { silentLogger } from '../../../base/log.ts';
import { StatusError } from '../../../machinery/status-error.ts';
import { FakeRegistryReader } from '../../registry/fake-reader.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { AdmissionChain } from '../chain.ts';
import type { ObjectForms } from '../object-forms.ts';
import { attributesOf, make, pod, run } from '../testing.ts';
import { mutatingWebhooks } from './mutating-webhooks.ts';
import type { RuleSubject } from './rule-matches.ts';
import { ruleMatches } from './rule-matches.ts';
import { validatingWebhooks } from './validating-webhooks.ts';

type Json = Record<string, unknown>;

const rule = (parts: Partial<RuleWithOperations>): RuleWithOperations => ({
  operations: ['*'],
  apiGroups: ['*'],
  apiVersions: ['*'],
  resources: ['*/*'],
  ...parts,
});

test('rules name operations, groups, versions, resources and scopes', () => {
  const subject = (parts: Partial<RuleSubject> = {}): RuleSubject => ({
    operation: 'CREATE',
    resource: { group: 'g', version: 'v', resource: 'r' },
    subresource: '',
    namespace: 'ns',
    ...parts,
  });
  const sub = subject({ subresource: 'status' });
  const namespaces = subject({ resource: { group: '', version: 'v1', resource: 'namespaces' } });
  const table: [Partial<RuleWithOperations>, RuleSubject, boolean][] = [
    [{}, subject(), true],
    [{ operations: ['UPDATE'] }, subject(), false],
    [{ operations: ['UPDATE', 'CREATE'] }, subject(), true],
    [{ apiGroups: ['g', 'h'] }, subject(), true],
    [{ apiGroups: [''] }, subject(), false],
    [{ apiVersions: ['v1'] }, subject(), false],
    [{ resources: ['r'] }, subject(), true],
    [{ resources: ['r'] }, sub, false],
    [{ resources: ['*'] }, sub, false],
    [{ resources: ['r/*'] }, sub, true],
    [{ resources: ['r/*'] }, subject(), true],
    [{ resources: ['*/status'] }, sub, true],
    [{ resources: ['*/scale'] }, sub, false],
    [{ resources: ['s', 'r/status'] }, sub, true],
    [{ scope: 'Namespaced' }, subject(), true],
    [{ scope: 'Cluster' }, subject(), false],
    [{ scope: 'Cluster' }, subject({ namespace: '' }), true],
    [{ scope: 'Namespaced' }, namespaces, false],
    [{ scope: 'Cluster' }, namespaces, true],
    [{ scope: '*' }, namespaces, true],
  ];
  for (const [parts, about, want] of table) assert.equal(ruleMatches(rule(parts), about), want, JSON.stringify([parts, about]));
});

const forms: ObjectForms = {
  equivalents: ({ resource }) =>
    resource === 'deployments'
      ? ['v1', 'v1beta1'].map((version) => ({
          resource: { group: 'apps', version, resource },
          kind: { group: 'apps', version, kind: 'Deployment' },
        }))
      : [],
  convert: async (object, { group, version }) => ({ ...object, apiVersion: group === '' ? version : `${group}/${version}` }),
  read: (value) => value as AnyObject,
};

interface Sent {
  readonly path: string;
  readonly request: Json;
  readonly timeout: number;
}

/** Webhooks that answer by the path of their service. */
function world(answers: Record<string, (request: Json) => Json | Error> = {}) {
  const registry = new FakeRegistryReader();
  const sent: Sent[] = [];
  registry.put('', 'namespaces', make('Namespace', { name: 'ns', labels: { team: 'a' } }));
  const options = {
    registry,
    forms,
    log: silentLogger,
    random: { float: () => 0.5, uuid: () => 'uid-1', bytes: () => new Uint8Array() },
    client: {
      async post(address: { service?: { path?: string | undefined } | undefined }, body: unknown, timeout: number) {
        const path = address.service?.path ?? '';
        const { request } = structuredClone(body) as { request: Json };
        sent.push({ path, request, timeout });
        const answer = answers[path]?.(request) ?? { allowed: true };
        if (answer instanceof Error) throw answer;
        return { kind: 'AdmissionReview', apiVersion: (body as Json)['apiVersion'], response: { uid: request['uid'], ...answer } };
      },
    },
  };
  const register = (mutating: boolean, name: string, webhooks: Json[]) =>
    registry.put(
      'admissionregistration.k8s.io',
      mutating ? 'mutatingwebhookconfigurations' : 'validatingwebhookconfigurations',
      make(
        mutating ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration',
        { name },
        { webhooks },
        'admissionregistration.k8s.io/v1',
      ),
    );
  return { registry, sent, register, mutating: mutatingWebhooks(options), validating: validatingWebhooks(options) };
}

const hook = (path: string, parts: Json = {}): Json => ({
  name: `${path.slice(1)}.example.com`,
  clientConfig: { service: { namespace: 'hooks', name: 's', path } },
  rules: [rule({})],
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  sideEffects: 'None',
  timeoutSeconds: 10,
  admissionReviewVersions: ['v1', 'v1beta1'],
  ...parts,
});
const patch = (...operations: Json[]) => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
const label = (name: string, value = 'yes') => patch({ op: 'add', path: `/metadata/labels/${name}`, value });
const labelled = (labels: Record<string, string> = { a: 'b' }) => pod({}, { labels });

async function refusal(step: Promise<unknown>): Promise<{ code: number; message: string }> {
  const error: unknown = await step.then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.ok(error instanceof StatusError, `not refused: ${error instanceof Error ? error.stack : String(error)}`);
  return { code: error.code, message: error.message };
}

test('a review tells everything about the request', async () => {
  const { sent, register, validating } = world();
  register(false, 'c', [hook('/v', { timeoutSeconds: 3 })]);
  const [object, oldObject] = [pod({}, { labels: { x: 'new' } }), pod()];
  const user = { name: 'bob', uid: 'u', groups: ['g'], extra: { k: ['v'] } };
  const options = { kind: 'UpdateOptions', apiVersion: 'meta.k8s.io/v1' };
  await run(validating, { resource: 'pods/status', operation: 'UPDATE', object, oldObject, user, options });
  const gvr = { group: '', version: 'v1', resource: 'pods' };
  const gvk = { group: '', version: 'v1', kind: 'Pod' };
  assert.deepEqual(
    sent,
    [
      {
        path: '/v',
        timeout: 3,
        request: {
          uid: 'uid-1',
          kind: gvk,
          resource: gvr,
          subResource: 'status',
          requestKind: gvk,
          requestResource: gvr,
          requestSubResource: 'status',
          name: 'p',
          namespace: 'ns',
          operation: 'UPDATE',
          userInfo: { username: 'bob', uid: 'u', groups: ['g'], extra: { k: ['v'] } },
          object,
          oldObject,
          dryRun: false,
          options,
        },
      },
    ].map((s) => ({ ...s, request: { ...s.request } })),
  );
});

test('selectors, rules and kinds decide which webhooks are asked', async () => {
  const table: [Json, string, AnyObject, boolean][] = [
    [{ namespaceSelector: { matchLabels: { team: 'a' } } }, 'pods', pod(), true],
    [{ namespaceSelector: { matchLabels: { team: 'b' } } }, 'pods', pod(), false],
    [{ namespaceSelector: { matchLabels: { team: 'b' } } }, 'nodes', make('Node', { name: 'n' }), true],
    [{ namespaceSelector: { matchLabels: { own: 'x' } } }, 'namespaces', make('Namespace', { name: 'n', labels: { own: 'x' } }), true],
    [{ namespaceSelector: { matchLabels: { own: 'y' } } }, 'namespaces', make('Namespace', { name: 'n', labels: { own: 'x' } }), false],
    [{ objectSelector: { matchLabels: { a: 'b' } } }, 'pods', labelled(), true],
    [{ objectSelector: { matchLabels: { a: 'c' } } }, 'pods', labelled(), false],
    [{ rules: [rule({ resources: ['services'] })] }, 'pods', pod(), false],
    [{}, 'validatingwebhookconfigurations.admissionregistration.k8s.io', make('ValidatingWebhookConfiguration', { name: 'x' }), false],
    [{}, 'mutatingwebhookconfigurations.admissionregistration.k8s.io', make('MutatingWebhookConfiguration', { name: 'x' }), false],
  ];
  for (const [parts, resource, object, want] of table) {
    for (const half of ['mutating', 'validating'] as const) {
      const w = world();
      w.register(half === 'mutating', 'c', [hook('/v', parts)]);
      await run(w[half], {
        resource,
        object,
        namespace: resource === 'namespaces' ? object.metadata.name : (object.metadata.namespace ?? ''),
      });
      assert.equal(w.sent.length, want ? 1 : 0, JSON.stringify([half, parts, resource]));
    }
  }
  const w = world();
  w.register(false, 'c', [hook('/v', { namespaceSelector: { matchLabels: { team: 'a' } } })]);
  assert.deepEqual(await refusal(run(w.validating, { resource: 'pods', object: pod({}, { namespace: 'gone' }) })), {
    code: 404,
    message: 'namespaces "gone" not found',
  });
});

test('an equivalent form is what the webhook gets, and its patch comes back', async () => {
  const old = { rules: [rule({ apiGroups: ['apps'], apiVersions: ['v1beta1'], resources: ['deployments'] })] };
  const deployment = make('Deployment', { name: 'd', namespace: 'ns', labels: {} }, {}, 'apps/v1');
  const w = world({ '/m': () => label('touched') });
  w.register(true, 'c', [hook('/m', old)]);
  w.register(false, 'c', [hook('/v', old), hook('/x', { ...old, matchPolicy: 'Exact' })]);
  const made = await run(w.mutating, { resource: 'deployments.apps', object: deployment });
  assert.equal(made?.apiVersion, 'apps/v1');
  assert.deepEqual(made?.metadata.labels, { touched: 'yes' });
  await run(w.validating, { resource: 'deployments.apps', object: deployment });
  assert.deepEqual(
    w.sent.map((s) => s.path),
    ['/m', '/v'],
  );
  for (const { request } of w.sent) {
    assert.deepEqual(request['resource'], { group: 'apps', version: 'v1beta1', resource: 'deployments' });
    assert.deepEqual(request['requestResource'], { group: 'apps', version: 'v1', resource: 'deployments' });
    assert.equal((request['object'] as Json)['apiVersion'], 'apps/v1beta1');
  }
});

test('a refusal is told in its own words; failures follow the failure policy', async () => {
  const denied = (path: string) => `admission webhook "${path.slice(1)}.example.com" denied the request`;
  const failing = (why: string) => `Internal error occurred: failed calling webhook "v.example.com": ${why}`;
  const invalid = (why: string) => failing(`received invalid webhook response: ${why}`);
  const table: [Json | Error, number, string][] = [
    [{ allowed: false }, 400, `${denied('/v')} without explanation`],
    [{ allowed: false, status: { message: 'no luck', code: 403 } }, 403, `${denied('/v')}: no luck`],
    [{ allowed: false, status: { reason: 'Forbidden', code: 200 } }, 400, `${denied('/v')}: Forbidden`],
    [{}, 400, `${denied('/v')} without explanation`],
    [{ allowed: true, uid: 'other' }, 500, invalid('expected response.uid="uid-1", got "other"')],
    [{ allowed: true, patch: 'e30=' }, 500, invalid('validating webhook may not return response.patch')],
    [{ allowed: true, patchType: 'JSONPatch' }, 500, invalid('validating webhook may not return response.patchType')],
    [{ allowed: true, patch: '%%' }, 500, invalid('response.patch is not base64')],
    [
      new Error('Post "https://x/v?timeout=10s": context deadline exceeded'),
      500,
      failing('failed to call webhook: Post "https://x/v?timeout=10s": context deadline exceeded'),
    ],
  ];
  for (const [answer, code, message] of table) {
    const w = world({ '/v': () => answer });
    w.register(false, 'c', [hook('/v')]);
    assert.deepEqual(await refusal(run(w.validating, { resource: 'pods', object: pod() })), { code, message });
    if (code !== 500) continue;
    const open = world({ '/v': () => answer });
    open.register(false, 'c', [hook('/v', { failurePolicy: 'Ignore' })]);
    const attributes = attributesOf({ resource: 'pods', object: pod() });
    await open.validating.validate?.(attributes);
    assert.deepEqual(
      [...attributes.auditAnnotations],
      [['failed-open.validating.webhook.admission.k8s.io/round_0_index_0', 'v.example.com']],
    );
  }
});

test('what a mutating webhook answers must make sense', async () => {
  const failing = (why: string) => `Internal error occurred: failed calling webhook "m.example.com": ${why}`;
  const invalid = (why: string) => failing(`received invalid webhook response: ${why}`);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const table: [Json, string][] = [
    [{ allowed: true, patch: base64('[]') }, invalid('webhook returned response.patch but not response.patchType')],
    [{ allowed: true, patchType: 'JSONPatch' }, invalid('webhook returned response.patchType but not response.patch')],
    [{ allowed: true, patchType: '', patch: base64('[]') }, invalid('webhook returned invalid response.patchType of ""')],
    [{ allowed: true, patchType: 'X', patch: base64('[{"op":"add","path":"/a","value":1}]') }, failing('unsupported patch type "X"')],
    [
      { ...patch({ op: 'remove', path: '/spec/none' }) },
      "Internal error occurred: error in remove for path: '/spec/none': Unable to remove nonexistent key: none: missing value",
    ],
  ];
  for (const [answer, message] of table) {
    const w = world({ '/m': () => answer });
    w.register(true, 'c', [hook('/m')]);
    assert.deepEqual(await refusal(run(w.mutating, { resource: 'pods', object: pod() })), { code: 500, message });
  }
  const undecodable = world({ '/m': () => ({ allowed: true, patchType: 'JSONPatch', patch: base64('{') }) });
  undecodable.register(true, 'c', [hook('/m')]);
  assert.match(
    (await refusal(run(undecodable.mutating, { resource: 'pods', object: pod() }))).message,
    /received undecodable patch in webhook response: /,
  );
  const deletion = world({ '/m': () => label('x') });
  deletion.register(true, 'c', [hook('/m')]);
  assert.deepEqual(await refusal(run(deletion.mutating, { resource: 'pods', operation: 'DELETE', oldObject: pod() })), {
    code: 500,
    message:
      'Internal error occurred: admission webhook "m.example.com" attempted to modify the object, which is not supported for this operation',
  });
});

test('warnings and audit annotations are passed on', async () => {
  const w = world({ '/m': () => ({ ...label('x'), warnings: ['careful'], auditAnnotations: { why: 'because' } }) });
  w.register(true, 'conf', [hook('/m')]);
  const attributes = attributesOf({ resource: 'pods', object: labelled() });
  await w.mutating.admit?.(attributes);
  assert.deepEqual([...attributes.warnings], ['careful']);
  assert.deepEqual(Object.fromEntries(attributes.auditAnnotations), {
    'm.example.com/why': 'because',
    'mutation.webhook.admission.k8s.io/round_0_index_0': '{"configuration":"conf","webhook":"m.example.com","mutated":true}',
    'patch.webhook.admission.k8s.io/round_0_index_0':
      '{"configuration":"conf","webhook":"m.example.com","patch":[{"op":"add","path":"/metadata/labels/x","value":"yes"}],"patchType":"JSONPatch"}',
  });
});

test('a dry run only asks webhooks without side effects', async () => {
  for (const [sideEffects, fine] of [
    ['None', true],
    ['NoneOnDryRun', true],
    ['Some', false],
    ['Unknown', false],
  ] as const) {
    for (const half of ['mutating', 'validating'] as const) {
      const w = world();
      w.register(half === 'mutating', 'c', [hook('/v', { sideEffects, failurePolicy: 'Ignore' })]);
      const asked = run(w[half], { resource: 'pods', object: pod(), dryRun: true });
      if (fine) await asked;
      else assert.deepEqual(await refusal(asked), { code: 400, message: 'admission webhook "v.example.com" does not support dry run' });
    }
  }
});

test('webhooks run by configuration name, and again when later ones change the object', async () => {
  const seen: string[] = [];
  const note = (path: string, answer: Json) => (request: Json) => {
    seen.push(`${path} ${Object.keys((request['object'] as AnyObject).metadata.labels ?? {}).join(',')}`);
    return answer;
  };
  const w = world({ '/a': note('/a', label('a1')), '/b': note('/b', label('b1')), '/n': note('/n', label('n1')) });
  w.register(true, 'z', [hook('/b', { reinvocationPolicy: 'IfNeeded' })]);
  w.register(true, 'a', [hook('/a', { reinvocationPolicy: 'IfNeeded' }), hook('/n', { reinvocationPolicy: 'Never' })]);
  const plugin: AdmissionPlugin = {
    name: 'Counter',
    handles: () => true,
    admit: async (a) => void seen.push(`plugin ${a.reinvocation?.running === true}`),
  };
  await new AdmissionChain([plugin, w.mutating]).admit(attributesOf({ resource: 'pods', object: labelled() }));
  assert.deepEqual(seen, ['plugin false', '/a a', '/n a,a1', '/b a,a1,n1', 'plugin true', '/a a,a1,n1,b1']);
});

test('match conditions decide too; what cannot be evaluated follows the failure policy', async () => {
  const conditions = { matchConditions: [{ name: 'c', expression: 'x' }] };
  const closed = world();
  closed.register(false, 'c', [hook('/v', conditions)]);
  assert.deepEqual(await refusal(run(closed.validating, { resource: 'pods', object: pod(), operation: 'UPDATE' })), {
    code: 403,
    message: 'pods "p" is forbidden: match conditions cannot be evaluated',
  });
  const open = world();
  open.register(false, 'c', [hook('/v', { ...conditions, failurePolicy: 'Ignore' })]);
  await run(open.validating, { resource: 'pods', object: pod() });
  assert.deepEqual([...closed.sent, ...open.sent], []);
});
