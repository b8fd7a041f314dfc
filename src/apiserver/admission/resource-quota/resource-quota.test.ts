import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '../../../api/object.ts';
import { FakeClock } from '../../../base/fake-clock.ts';
import { conflict, StatusError } from '../../../machinery/status-error.ts';
import { FakeRegistryReader } from '../../registry/fake-reader.ts';
import { resourceQuota } from '../resource-quota.ts';
import { make, pod, run } from '../testing.ts';
import type { LimitedResource } from './check-request.ts';

type Json = Record<string, unknown>;
const quota = (hard: Json, used: Json = Object.fromEntries(Object.keys(hard).map((k) => [k, '0'])), spec: Json = {}, name = 'q') =>
  make('ResourceQuota', { name, namespace: 'ns' }, { spec: { hard, ...spec }, status: { hard, used } });

function setUp(quotas: AnyObject[], limitedResources: LimitedResource[] = []) {
  const registry = new FakeRegistryReader();
  for (const q of quotas) registry.put('', 'resourcequotas', q);
  const plugin = resourceQuota({ registry, clock: new FakeClock(), limitedResources });
  const used = (name = 'q') => {
    const stored = registry.reader('', 'resourcequotas').get('ns', name);
    assert.ok(stored);
    return (stored['status'] as { used: Json }).used;
  };
  return { registry, plugin, used };
}

const withResources = (requests: Json, limits: Json = {}, more: Json = {}) =>
  pod({ containers: [{ name: 'c', image: 'i', resources: { requests, limits } }], ...more });
const forbidden = (message: string) => (error: unknown) => {
  assert.ok(error instanceof StatusError, String(error));
  assert.equal(error.code, 403);
  assert.equal(error.message, message);
  return true;
};

test('pods are charged, and refused beyond the limit', async () => {
  const { plugin, used } = setUp([quota({ pods: '1', cpu: '2', 'limits.memory': '1Gi', 'count/pods': '5' })]);
  await run(plugin, { resource: 'pods', object: withResources({ cpu: '1500m', memory: '1Mi' }, { memory: '512Mi' }) });
  assert.deepEqual(used(), { pods: '1', cpu: '1500m', 'limits.memory': '512Mi', 'count/pods': '1' });
  await assert.rejects(
    run(plugin, { resource: 'pods', object: withResources({ cpu: '1', memory: '1Mi' }, { memory: '1Mi' }) }),
    forbidden('pods "p" is forbidden: exceeded quota: q, requested: cpu=1,pods=1, used: cpu=1500m,pods=1, limited: cpu=2,pods=1'),
  );
  assert.equal(used()['pods'], '1', 'a refused pod costs nothing');
});

test('what a quota demands of pods', async () => {
  const { plugin } = setUp([quota({ 'requests.cpu': '1', 'limits.memory': '1Gi' })]);
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod({ initContainers: [{ name: 'i', image: 'i' }] }) }),
    forbidden('pods "p" is forbidden: failed quota: q: must specify limits.memory for: c,i; requests.cpu for: c,i'),
  );
  await run(plugin, { resource: 'pods', object: pod({ resources: { requests: { cpu: '1' } } }) });
  const fresh = setUp([make('ResourceQuota', { name: 'q', namespace: 'ns' }, { spec: { hard: { pods: '0' } } })]);
  await run(fresh.plugin, { resource: 'pods', object: pod() });
  const unknown = setUp([quota({ pods: '1' }, {})]);
  await assert.rejects(
    run(unknown.plugin, { resource: 'pods', object: pod() }),
    forbidden('pods "p" is forbidden: status unknown for quota: q, resources: pods'),
  );
});

const SCOPES: [scope: Json, matches: AnyObject, not: AnyObject][] = [
  [{ scopes: ['Terminating'] }, pod({ activeDeadlineSeconds: 5 }), pod()],
  [{ scopes: ['NotTerminating'] }, pod(), pod({ activeDeadlineSeconds: 5 })],
  [{ scopes: ['BestEffort'] }, pod(), withResources({ cpu: '1' })],
  [{ scopes: ['NotBestEffort'] }, withResources({ cpu: '1' }), pod()],
  [
    { scopes: ['NotBestEffort', 'Terminating'] },
    withResources({ cpu: '1' }, {}, { activeDeadlineSeconds: 1 }),
    withResources({ cpu: '1' }),
  ],
  [{ scopes: ['PriorityClass'] }, pod({ priorityClassName: 'x' }), pod()],
  [
    { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } },
    pod({ priorityClassName: 'high' }),
    pod({ priorityClassName: 'low' }),
  ],
  [
    { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'NotIn', values: ['high'] }] } },
    pod({ priorityClassName: 'low' }),
    pod({ priorityClassName: 'high' }),
  ],
  [
    { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'DoesNotExist' }] } },
    pod(),
    pod({ priorityClassName: 'x' }),
  ],
  [
    { scopes: ['CrossNamespacePodAffinity'] },
    pod({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k', namespaces: ['x'] }] } } }),
    pod({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k' }] } } }),
  ],
];
test('scopes', async () => {
  for (const [scope, matching, other] of SCOPES) {
    const { plugin, used } = setUp([quota({ pods: '5' }, { pods: '0' }, scope)]);
    await run(plugin, { resource: 'pods', object: other });
    assert.deepEqual(used(), { pods: '0' }, JSON.stringify(scope));
    await run(plugin, { resource: 'pods', object: matching });
    assert.deepEqual(used(), { pods: '1' }, JSON.stringify(scope));
  }
});

const OBJECTS: [resource: string, object: AnyObject, hard: string[], used: Json][] = [
  [
    'services',
    make('Service', { name: 's', namespace: 'ns' }, { spec: { type: 'ClusterIP', ports: [{}, {}] } }),
    ['services', 'services.nodeports', 'count/services'],
    { services: '1', 'services.nodeports': '0', 'count/services': '1' },
  ],
  [
    'services',
    make('Service', { name: 's', namespace: 'ns' }, { spec: { type: 'NodePort', ports: [{}, {}] } }),
    ['services.nodeports'],
    { 'services.nodeports': '2' },
  ],
  [
    'services',
    make('Service', { name: 's', namespace: 'ns' }, { spec: { type: 'LoadBalancer', ports: [{}, {}] } }),
    ['services.nodeports', 'services.loadbalancers'],
    { 'services.nodeports': '2', 'services.loadbalancers': '1' },
  ],
  [
    'services',
    make(
      'Service',
      { name: 's', namespace: 'ns' },
      { spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ nodePort: 1 }, {}] } },
    ),
    ['services.nodeports'],
    { 'services.nodeports': '1' },
  ],
  [
    'persistentvolumeclaims',
    make(
      'PersistentVolumeClaim',
      { name: 'c', namespace: 'ns' },
      { spec: { storageClassName: 'gold', resources: { requests: { storage: '10Gi' } } } },
    ),
    [
      'persistentvolumeclaims',
      'requests.storage',
      'gold.storageclass.storage.k8s.io/requests.storage',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims',
      'tin.storageclass.storage.k8s.io/persistentvolumeclaims',
    ],
    {
      persistentvolumeclaims: '1',
      'requests.storage': '10Gi',
      'gold.storageclass.storage.k8s.io/requests.storage': '10Gi',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'tin.storageclass.storage.k8s.io/persistentvolumeclaims': '0',
    },
  ],
  [
    'configmaps',
    make('ConfigMap', { name: 'c', namespace: 'ns' }),
    ['configmaps', 'count/configmaps'],
    { configmaps: '1', 'count/configmaps': '1' },
  ],
  ['secrets', make('Secret', { name: 'c', namespace: 'ns' }), ['secrets'], { secrets: '1' }],
  [
    'deployments.apps',
    make('Deployment', { name: 'c', namespace: 'ns' }),
    ['count/deployments.apps', 'count/deployments'],
    { 'count/deployments.apps': '1', 'count/deployments': '0' },
  ],
  [
    'pods',
    withResources({ 'example.com/gpu': '3', 'hugepages-2Mi': '4Mi', 'ephemeral-storage': '1Gi' }),
    ['requests.example.com/gpu', 'hugepages-2Mi', 'requests.hugepages-2Mi', 'requests.ephemeral-storage'],
    { 'requests.example.com/gpu': '3', 'hugepages-2Mi': '4Mi', 'requests.hugepages-2Mi': '4Mi', 'requests.ephemeral-storage': '1Gi' },
  ],
  [
    'resourceclaims.resource.k8s.io',
    make(
      'ResourceClaim',
      { name: 'c', namespace: 'ns' },
      {
        spec: {
          devices: {
            requests: [
              { name: 'a', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 2 } },
              {
                name: 'b',
                firstAvailable: [
                  { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 },
                  { deviceClassName: 'gpu', allocationMode: 'All' },
                ],
              },
            ],
          },
        },
      },
    ),
    ['gpu.deviceclass.resource.k8s.io/devices', 'count/resourceclaims.resource.k8s.io'],
    { 'gpu.deviceclass.resource.k8s.io/devices': '34', 'count/resourceclaims.resource.k8s.io': '1' },
  ],
];
test('what objects use up', async () => {
  for (const [resource, object, names, expected] of OBJECTS) {
    const { plugin, used } = setUp([quota(Object.fromEntries(names.map((n) => [n, '1Ti'])))]);
    await run(plugin, { resource, object });
    assert.deepEqual(used(), expected, resource);
  }
});

test('updates are charged with what they add', async () => {
  const service = (type: string, ports: number) =>
    make(
      'Service',
      { name: 's', namespace: 'ns', resourceVersion: '1' },
      { spec: { type, ports: Array.from({ length: ports }, () => ({})) } },
    );
  const { plugin, used } = setUp([quota({ 'services.nodeports': '3', services: '1' }, { 'services.nodeports': '1', services: '1' })]);
  await run(plugin, { resource: 'services', operation: 'UPDATE', object: service('NodePort', 3), oldObject: service('NodePort', 1) });
  assert.deepEqual(used(), { 'services.nodeports': '3', services: '1' });
  await run(plugin, { resource: 'services', operation: 'UPDATE', object: service('ClusterIP', 3), oldObject: service('NodePort', 3) });
  assert.equal(used()['services.nodeports'], '3', 'the controller gives back');
  await assert.rejects(
    run(plugin, { resource: 'services', operation: 'UPDATE', object: service('NodePort', 4), oldObject: service('NodePort', 3) }),
    /exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=3, limited: services.nodeports=3/,
  );
  await run(plugin, { resource: 'pods', operation: 'UPDATE', object: pod(), oldObject: pod() });
});

test('a pod that comes under a scope by an update is charged in full; a resize with the difference', async () => {
  const { plugin, used } = setUp([quota({ pods: '5' }, { pods: '0' }, { scopes: ['Terminating'] })]);
  const meta = { resourceVersion: '1' };
  await run(plugin, { resource: 'pods', operation: 'UPDATE', object: pod({ activeDeadlineSeconds: 1 }, meta), oldObject: pod({}, meta) });
  assert.deepEqual(used(), { pods: '1' });
  const resize = setUp([quota({ 'requests.cpu': '2', pods: '1' }, { 'requests.cpu': '1', pods: '1' })]);
  const sized = (cpu: string) => ({ ...withResources({ cpu }), metadata: pod({}, meta).metadata });
  await run(resize.plugin, { resource: 'pods/resize', operation: 'UPDATE', object: sized('1500m'), oldObject: sized('1') });
  assert.deepEqual(resize.used(), { 'requests.cpu': '1500m', pods: '1' });
  await assert.rejects(
    run(resize.plugin, { resource: 'pods/resize', operation: 'UPDATE', object: sized('3'), oldObject: sized('1500m') }),
    /exceeded quota: q, requested: requests.cpu=1500m, used: requests.cpu=1500m, limited: requests.cpu=2/,
  );
});

test('dry runs are checked and cost nothing; events and namespaces are not counted', async () => {
  const { plugin, used } = setUp([quota({ pods: '1', 'count/events': '0' })]);
  await run(plugin, { resource: 'pods', object: pod(), dryRun: true });
  assert.equal(used()['pods'], '0');
  await run(plugin, { resource: 'events', object: make('Event', { name: 'e', namespace: 'ns' }) });
  await run(plugin, { resource: 'namespaces', object: make('Namespace', { name: 'ns' }), namespace: 'ns' });
});

test('of many at once exactly as many get through as fit, in few writes', async () => {
  const { plugin, used, registry } = setUp([quota({ pods: '10' })]);
  let writes = 0;
  const update = registry.update.bind(registry);
  registry.update = async (...args) => {
    writes++;
    await new Promise((resolve) => setImmediate(resolve));
    return update(...args);
  };
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => run(plugin, { resource: 'pods', object: pod() })));
  assert.equal(results.filter((r) => r.status === 'fulfilled').length, 10);
  assert.deepEqual(used(), { pods: '10' });
  assert.ok(writes <= 3, `${writes} writes`);
});

test("another writer's change is taken into account; a quota that cannot be written in the end is a conflict", async () => {
  const { plugin, registry, used } = setUp([quota({ pods: '2' })]);
  const update = registry.update.bind(registry);
  let interfere = 1;
  registry.update = async (...args) => {
    if (interfere-- > 0) registry.put('', 'resourcequotas', quota({ pods: '2' }, { pods: '1' }));
    return update(...args);
  };
  await run(plugin, { resource: 'pods', object: pod() });
  assert.deepEqual(used(), { pods: '2' });
  registry.update = async () => {
    throw conflict({ group: '', resource: 'resourcequotas' }, 'q', 'changed');
  };
  registry.put('', 'resourcequotas', quota({ pods: '5' }));
  await assert.rejects(run(plugin, { resource: 'pods', object: pod() }), /Operation cannot be fulfilled on resourcequotas "q": changed/);
});

test('several quotas: all must have room', async () => {
  const { plugin, used } = setUp([quota({ pods: '5' }, { pods: '0' }, {}, 'a'), quota({ pods: '1' }, { pods: '1' }, {}, 'b')]);
  await assert.rejects(run(plugin, { resource: 'pods', object: pod() }), /exceeded quota: b/);
  assert.deepEqual([used('a'), used('b')], [{ pods: '0' }, { pods: '1' }]);
});

test('consumption that needs a quota', async () => {
  const limited = [
    { resource: 'pods', matchContains: ['cpu'] },
    { resource: 'pods', matchScopes: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
  ];
  const { plugin } = setUp([], limited);
  await run(plugin, { resource: 'pods', object: pod() });
  await assert.rejects(
    run(plugin, { resource: 'pods', object: withResources({ cpu: '1' }) }),
    /insufficient quota to consume: cpu,requests.cpu/,
  );
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod({ priorityClassName: 'high' }) }),
    /insufficient quota to match these scopes: \[\{PriorityClass In \[high\]\}\]/,
  );
});
