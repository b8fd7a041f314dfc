import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap, Container, EnvVar, Secret, Service } from '../../api/core/v1.gen.ts';
import { notFound } from '../../machinery/status-error.ts';
import { testContainer, testPod } from '../testing/test-pod.ts';
import { makeEnvironment, type EnvironmentSources } from './make-environment.ts';

const service = (namespace: string, name: string, clusterIP: string, port = 80, portName = ''): Service =>
  ({
    metadata: { namespace, name },
    spec: { clusterIP, ports: [{ port, protocol: 'TCP', ...(portName && { name: portName }) }] },
  }) as unknown as Service;

const sources: EnvironmentSources = {
  podIPs: ['10.0.0.5', 'fd00::5'],
  hostIPs: ['192.0.2.7'],
  services: [
    service('default', 'kubernetes', '10.96.0.1', 443, 'https'),
    service('default', 'my-db', '10.96.0.9', 5432),
    service('other', 'elsewhere', '10.96.0.10'),
    service('default', 'headless', 'None'),
  ],
  allocatable: { cpu: '4', memory: '8Gi' },
  configMap: (_namespace, name) =>
    name === 'conf'
      ? Promise.resolve({ data: { color: 'blue', 'not.a.name': 'kept' } } as unknown as ConfigMap)
      : Promise.reject(notFound({ group: '', resource: 'configmaps' }, name)),
  secret: (_namespace, name) =>
    name === 'keys'
      ? Promise.resolve({ data: { token: Buffer.from('s3cret').toString('base64') } } as unknown as Secret)
      : Promise.reject(notFound({ group: '', resource: 'secrets' }, name)),
  envFile: (_volume, path, key) => Promise.resolve(path === 'a.env' && key === 'K' ? 'v' : undefined),
};

const pod = testPod({
  metadata: { labels: { app: 'web' }, annotations: { 'a.b/c': 'x' } },
  spec: { containers: [], nodeName: 'n1', serviceAccountName: 'sa', enableServiceLinks: false },
});

async function environment(env: EnvVar[], over: Partial<Container> = {}, of = pod): Promise<Record<string, string>> {
  const all = await makeEnvironment(of, testContainer({ env, ...over }), sources);
  return Object.fromEntries([...all].filter(([name]) => !name.startsWith('KUBERNETES_')));
}

test('values, and references to what was set before', async () =>
  assert.deepEqual(
    await environment([
      { name: 'A', value: 'one' },
      { name: 'B', value: '$(A)-two' },
      { name: 'C', value: '$$(A) $(LATER)' },
      { name: 'LATER', value: 'x' },
      { name: 'EMPTY' },
    ]),
    { A: 'one', B: 'one-two', C: '$(A) $(LATER)', LATER: 'x', EMPTY: '' },
  ));

test('fields of the pod', async () => {
  const field = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  assert.deepEqual(
    await environment([
      field('NAME', 'metadata.name'),
      field('UID', 'metadata.uid'),
      field('APP', "metadata.labels['app']"),
      field('NOTE', "metadata.annotations['a.b/c']"),
      field('NODE', 'spec.nodeName'),
      field('SA', 'spec.serviceAccountName'),
      field('IP', 'status.podIP'),
      field('IPS', 'status.podIPs'),
      field('HOST', 'status.hostIP'),
    ]),
    {
      NAME: 'web',
      UID: pod.metadata.uid,
      APP: 'web',
      NOTE: 'x',
      NODE: 'n1',
      SA: 'sa',
      IP: '10.0.0.5',
      IPS: '10.0.0.5,fd00::5',
      HOST: '192.0.2.7',
    },
  );
});

test('resources, with the node as limit where there is none', async () => {
  const of = (name: string, resource: string, divisor?: string): EnvVar => ({
    name,
    valueFrom: { resourceFieldRef: { resource, ...(divisor && { divisor }) } },
  });
  assert.deepEqual(
    await environment(
      [of('CPU', 'limits.cpu'), of('MILLI', 'limits.cpu', '1m'), of('MEM', 'limits.memory', '1Mi'), of('REQ', 'requests.memory')],
      {
        resources: { limits: { cpu: '1500m' }, requests: { memory: '32Mi' } },
      },
    ),
    { CPU: '2', MILLI: '1500', MEM: '8192', REQ: String(32 * 1024 ** 2) },
  );
});

test('keys of config maps, secrets and files', async () => {
  assert.deepEqual(
    await environment(
      [
        { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'conf', key: 'color' } } },
        { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
        { name: 'NONE', valueFrom: { configMapKeyRef: { name: 'gone', key: 'x', optional: true } } },
        { name: 'FILE', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'a.env', key: 'K' } } },
      ],
      { envFrom: [{ prefix: 'P_', configMapRef: { name: 'conf' } }, { secretRef: { name: 'absent', optional: true } }] },
    ),
    { P_color: 'blue', 'P_not.a.name': 'kept', COLOR: 'blue', TOKEN: 's3cret', FILE: 'v' },
  );
});

test('what is missing says what', async () => {
  const from = (key: string, name = 'conf') => environment([{ name: 'X', valueFrom: { configMapKeyRef: { name, key } } }]);
  await assert.rejects(from('shape'), { message: "couldn't find key shape in ConfigMap default/conf" });
  await assert.rejects(from('color', 'gone'), { message: 'configmaps "gone" not found' });
});

test('services of the namespace, and always the API', async () => {
  const linked = testPod({ spec: { containers: [], enableServiceLinks: true } });
  const all = Object.fromEntries(await makeEnvironment(linked, testContainer({ env: [{ name: 'URL', value: '$(MY_DB_PORT)' }] }), sources));
  assert.deepEqual(
    [all['KUBERNETES_SERVICE_HOST'], all['KUBERNETES_SERVICE_PORT_HTTPS'], all['MY_DB_SERVICE_HOST'], all['URL']],
    ['10.96.0.1', '443', '10.96.0.9', 'tcp://10.96.0.9:5432'],
  );
  assert.equal(all['MY_DB_PORT_5432_TCP_ADDR'], '10.96.0.9');
  assert.ok(!Object.keys(all).some((name) => name.startsWith('ELSEWHERE') || name.startsWith('HEADLESS')));
  const bare = Object.fromEntries(await makeEnvironment(pod, testContainer(), sources));
  assert.deepEqual([bare['KUBERNETES_SERVICE_HOST'], bare['MY_DB_SERVICE_HOST']], ['10.96.0.1', undefined]);
});
