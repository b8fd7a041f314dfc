import { test } from 'node:test';
import assert from 'node:assert/strict';
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AnyObject } from '../../../api/object.ts';
import { silentLogger } from '../../../base/log.ts';
import { systemClock, systemRandom } from '../../../host/clock.ts';
import { StatusError } from '../../../machinery/status-error.ts';
import { memoryStorage } from '../../../storage/drivers/memory/memory-storage.ts';
import { makeCertificate } from '../../authn/testing.ts';
import { startApiServer } from '../../server.ts';

interface Review {
  readonly request: {
    readonly uid: string;
    readonly operation: string;
    readonly object: AnyObject;
    readonly oldObject: AnyObject;
    readonly kind: { readonly kind: string };
  };
}
type Answer = { allowed: boolean; patch?: object[]; status?: object };

const selfSigned = async () => {
  const { SubjectAlternativeNameExtension } = await import('@peculiar/x509');
  const names = new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]);
  const made = await makeCertificate({ subject: 'CN=hook', usages: ['1.3.6.1.5.5.7.3.1'], extraExtensions: [names] });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', made.keys.privateKey)).toString('base64');
  return { cert: made.pem, key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n` };
};

test('registered webhooks change and refuse what is written', async (t) => {
  const answers: Record<string, (review: Review) => Answer> = {
    '/init': () => ({
      allowed: true,
      patch: [{ op: 'add', path: '/spec/initContainers', value: [{ name: 'added', image: 'i', unknown: 1 }] }],
    }),
    '/data': ({ request }) => ({
      allowed: true,
      patch: [{ op: 'add', path: `/data/${request.object.apiVersion.includes('v2') ? 'kept' : 'stray'}`, value: 'x' }],
    }),
    '/no': ({ request }) => ({
      allowed: false,
      status: { message: `${request.operation} of ${request.kind.kind} is not wanted`, code: 403 },
    }),
  };
  const pair = await selfSigned();
  const hooks = createServer(pair, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as Review;
      const { patch, ...answer } = answers[(request.url ?? '').split('?')[0] ?? '']?.(review) ?? { allowed: true };
      const patched = patch && { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
      response.end(
        JSON.stringify({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid: review.request.uid, ...answer, ...patched },
        }),
      );
    });
  });
  await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    hooks.closeAllConnections();
    hooks.close();
  });
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const server = await startApiServer({
    storage: memoryStorage(),
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
    serviceAccountKeys: [key],
    serviceAccountIssuer: 'https://kubernetes.default.svc',
    serviceCidrs: ['10.96.0.0/16'],
    disableAdmissionPlugins: ['ServiceAccount'],
  });
  t.after(() => server.stop(0));
  const root = server.transport({ name: 'root', groups: ['system:masters'] }, 'test');
  const call = async (method: 'POST' | 'DELETE', path: string, body?: unknown) =>
    (await root.request({ method, path, ...(body !== undefined && { body }) })).body as AnyObject;
  const webhook = (name: string, path: string, operations: string[], resources: string[], apiGroups = ['']) => ({
    name,
    clientConfig: {
      url: `https://127.0.0.1:${(hooks.address() as AddressInfo).port}${path}`,
      caBundle: Buffer.from(pair.cert).toString('base64'),
    },
    rules: [{ operations, apiGroups, apiVersions: ['*'], resources }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  });
  const register = (resource: string, name: string, ...webhooks: object[]) =>
    call('POST', `/apis/admissionregistration.k8s.io/v1/${resource}`, { metadata: { name }, webhooks });
  const refused = (step: Promise<unknown>, code: number, message: RegExp) =>
    assert.rejects(step, (error: unknown) => error instanceof StatusError && error.code === code && message.test(error.message));

  await t.test('a changed pod gets its defaults and loses what no schema knows', async () => {
    await register('mutatingwebhookconfigurations', 'pods', webhook('init.example.com', '/init', ['CREATE'], ['pods']));
    const pod = await call('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    const { initContainers } = pod['spec'] as { initContainers: Record<string, unknown>[] };
    assert.equal(initContainers[0]?.['terminationMessagePolicy'], 'File');
    assert.equal(initContainers[0]?.['unknown'], undefined);
  });

  await t.test('custom resources are pruned after a change', async () => {
    const schema = {
      type: 'object',
      properties: { data: { type: 'object', properties: { kept: { type: 'string' }, own: { type: 'string' } } } },
    };
    await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: ['v1', 'v2'].map((name) => ({ name, served: true, storage: name === 'v1', schema: { openAPIV3Schema: schema } })),
      },
    });
    await register(
      'mutatingwebhookconfigurations',
      'things',
      webhook('data.example.com', '/data', ['CREATE'], ['things'], ['example.com']),
    );
    const make = (version: string) => ({
      apiVersion: `example.com/${version}`,
      kind: 'Thing',
      metadata: { name: version },
      data: { own: 'y' },
    });
    const create = async (version: string) => {
      for (let attempt = 0; ; attempt++) {
        try {
          return await call('POST', `/apis/example.com/${version}/namespaces/default/things`, make(version));
        } catch (error) {
          // The definition is served a moment after it is created.
          if (!(error instanceof StatusError) || error.code !== 404 || attempt > 100) throw error;
          await systemClock.sleep(20);
        }
      }
    };
    assert.deepEqual((await create('v1'))['data'], { own: 'y' });
    assert.deepEqual((await create('v2'))['data'], { own: 'y', kept: 'x' });
  });

  await t.test('deletions, connections and definitions can be refused', async () => {
    await register(
      'validatingwebhookconfigurations',
      'no',
      webhook('no.example.com', '/no', ['DELETE', 'CONNECT'], ['pods', 'pods/attach']),
      webhook('no-crd.example.com', '/no', ['CREATE'], ['customresourcedefinitions'], ['apiextensions.k8s.io']),
    );
    const denied = (why: string) => new RegExp(`^admission webhook "no(-crd)?.example.com" denied the request: ${why}$`);
    await refused(call('DELETE', '/api/v1/namespaces/default/pods/p'), 403, denied('DELETE of Pod is not wanted'));
    await refused(call('POST', '/api/v1/namespaces/default/pods/p/attach'), 403, denied('CONNECT of PodAttachOptions is not wanted'));
    const crd = {
      metadata: { name: 'a.b.c' },
      spec: {
        group: 'b.c',
        scope: 'Cluster',
        names: { plural: 'a', kind: 'A' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    await refused(
      call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd),
      403,
      denied('CREATE of CustomResourceDefinition is not wanted'),
    );
  });

  await t.test('what registers webhooks is beyond their reach', async () => {
    await register('validatingwebhookconfigurations', 'all', webhook('all.example.com', '/no', ['*'], ['*'], ['*']));
    await refused(call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'c' } }), 403, /not wanted/);
    await call('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/all');
    await call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'c' } });
  });
});
