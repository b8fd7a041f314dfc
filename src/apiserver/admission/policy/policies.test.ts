import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import type { AnyObject } from '../../../api/object.ts';
import { systemClock, systemRandom } from '../../../host/clock.ts';
import { StatusError } from '../../../machinery/status-error.ts';
import { memoryStorage } from '../../../storage/drivers/memory/memory-storage.ts';
import { startApiServer } from '../../server.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent } as unknown as Parameters<
  typeof startApiServer
>[0]['log'];

test('expressions guard the API', async (t) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = await startApiServer({
    storage: memoryStorage(),
    clock: systemClock,
    random: systemRandom,
    log: silent,
    serviceAccountKeys: [privateKey.export({ type: 'pkcs8', format: 'pem' }) as string],
    serviceAccountIssuer: 'https://kubernetes.default.svc',
    serviceCidrs: ['10.96.0.0/16'],
    disableAdmissionPlugins: ['ServiceAccount'],
  });
  t.after(() => server.stop(0));
  const root = server.transport({ name: 'root', groups: ['system:masters'] }, 'test');
  const call = async (method: 'DELETE' | 'GET' | 'POST' | 'PUT', path: string, body?: unknown) =>
    (await root.request({ method, path, ...(body !== undefined && { body }) })).body as AnyObject;
  const refused = (step: Promise<unknown>, code: number, message: string) =>
    assert.rejects(step, (error: unknown) => {
      assert.ok(error instanceof StatusError);
      assert.equal(error.code, code, error.message);
      assert.ok(error.message.includes(message), error.message);
      return true;
    });
  const registration = '/apis/admissionregistration.k8s.io/v1';
  const matchConstraints = {
    resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
  };
  const configMap = (name: string, data: Record<string, string>) =>
    call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name }, data });

  await t.test('a validating policy with variables and messages denies', async () => {
    await call('POST', `${registration}/validatingadmissionpolicies`, {
      metadata: { name: 'sizes' },
      spec: {
        matchConstraints,
        variables: [{ name: 'size', expression: 'int(object.data.size)' }],
        matchConditions: [{ name: 'sized', expression: "has(object.data) && 'size' in object.data" }],
        validations: [
          { expression: 'variables.size < 10', messageExpression: "'too big: ' + string(variables.size)" },
          { expression: "authorizer.group('').resource('pods').namespace('default').check('list').allowed()", reason: 'Forbidden' },
        ],
      },
    });
    await configMap('unbound', { size: '11' });
    await call('POST', `${registration}/validatingadmissionpolicybindings`, {
      metadata: { name: 'b' },
      spec: { policyName: 'sizes', validationActions: ['Deny'] },
    });
    await refused(configMap('big', { size: '11' }), 422, "ValidatingAdmissionPolicy 'sizes' with binding 'b' denied request: too big: 11");
    await configMap('small', { size: '9' });
    await configMap('other', {});
  });

  await t.test('a status is written', async () => {
    for (let i = 0; i < 100; i++) {
      const { status } = (await call('GET', `${registration}/validatingadmissionpolicies/sizes`)) as unknown as {
        status?: { observedGeneration?: number; typeChecking?: object };
      };
      if (status?.typeChecking) return assert.equal(status.observedGeneration, 1);
      await systemClock.sleep(20);
    }
    assert.fail('there is no status');
  });

  await t.test('mutating policies apply configurations and patches', async () => {
    await call('POST', `${registration}/mutatingadmissionpolicies`, {
      metadata: { name: 'marks' },
      spec: {
        matchConstraints,
        reinvocationPolicy: 'Never',
        failurePolicy: 'Fail',
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"marked": "yes"}}}' },
          },
          {
            patchType: 'JSONPatch',
            jsonPatch: {
              expression:
                '[JSONPatch{op: "add", path: "/metadata/annotations", value: {"a/b": "x"}}, JSONPatch{op: "replace", path: "/metadata/annotations/" + jsonpatch.escapeKey("a/b"), value: string(object.data.size)}]',
            },
          },
        ],
      },
    });
    await call('POST', `${registration}/mutatingadmissionpolicybindings`, { metadata: { name: 'm' }, spec: { policyName: 'marks' } });
    const made = (await configMap('marked', { size: '1' }).catch((error: unknown) => error)) as AnyObject;
    assert.deepEqual(made.metadata?.labels, { marked: 'yes' }, String((made as unknown as Error).message));
    assert.deepEqual(made.metadata.annotations, { 'a/b': '1' });
    await call('DELETE', `${registration}/mutatingadmissionpolicybindings/m`);
  });

  await t.test('what does not compile is refused', async () => {
    const webhooks = [
      {
        name: 'a.b.c',
        clientConfig: { url: 'https://x.example' },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        matchConditions: [{ name: 'x', expression: '... [] bad expression' }],
      },
    ];
    await refused(
      call('POST', `${registration}/validatingwebhookconfigurations`, { metadata: { name: 'bad' }, webhooks }),
      422,
      'compilation failed',
    );
    await refused(
      call('POST', `${registration}/mutatingwebhookconfigurations`, { metadata: { name: 'bad' }, webhooks }),
      422,
      'compilation failed',
    );
  });

  const define = (plural: string, spec: object) =>
    call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural, kind: `K${plural}` },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }],
      },
    });
  const rules = (...texts: string[]) => ({ 'x-kubernetes-validations': texts.map((rule) => ({ rule })) });

  await t.test('definitions with rules that cannot run or cost too much are refused', async () => {
    await refused(
      define('as', { type: 'object', properties: { x: { type: 'integer' } }, ...rules('self.z == 100') }),
      422,
      "undefined field 'z'",
    );
    await refused(define('bs', { type: 'object', ...rules('self = 42') }), 422, 'Syntax error');
    const strings = { type: 'array', items: { type: 'string' }, ...rules("self.all(s, s == 'string constant')") };
    await refused(define('cs', { type: 'object', properties: { x: { type: 'array', items: strings } } }), 422, 'exceeds budget');
  });

  await t.test('custom resources are checked', async () => {
    const array = (maxItems: number) => ({ type: 'array', maxItems, items: { type: 'integer' } });
    await define('ds', {
      type: 'object',
      properties: {
        x: { type: 'integer' },
        y: { type: 'integer' },
        first: array(1000),
        second: array(1000),
        large: array(725),
        num: { type: 'integer', ...rules('self > oldSelf') },
      },
      ...rules(
        'self.x + self.y > 0',
        'self.first.isSorted() && self.second.isSorted() && ((self.first.sum() + self.second.sum()) % 2 == 0)',
        'self.large.all(x, self.large.all(y, y == x))',
      ),
    });
    const path = '/apis/example.com/v1/namespaces/default/ds';
    for (let i = 0; i < 100; i++) {
      const there = await call('GET', path).then(
        () => true,
        () => false,
      );
      if (there) break;
      await systemClock.sleep(20);
    }
    const good = { x: 1, y: 0, first: [3, 4], second: [5, 10], large: [2, 2], num: 10 };
    const make = (name: string, spec: object) =>
      call('POST', path, { apiVersion: 'example.com/v1', kind: 'Kds', metadata: { name }, spec });
    const made = await make('good', good);
    await refused(make('bad', { ...good, x: 0 }), 422, 'spec: Invalid value: "object": failed rule: self.x + self.y > 0');
    await refused(make('large', { ...good, large: Array.from({ length: 725 }, () => 20) }), 422, 'call cost exceeds limit');
    await refused(call('PUT', `${path}/good`, { ...made, spec: { ...good, num: 9 } }), 422, 'failed rule');
    await call('PUT', `${path}/good`, { ...made, spec: { ...good, num: 11 } });
  });
});
