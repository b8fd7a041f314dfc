/** What every object has in common: garbage collection, namespaces, eviction, custom resources, watches. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AnyObject } from '../../src/api/object.ts';
import type { ResourceRef } from '../../src/client/client.ts';
import { isExpired, isTooManyRequests, StatusError } from '../../src/machinery/status-error.ts';
import { memoryStorage } from '../../src/storage/drivers/memory/memory-storage.ts';
import { deployment, pod } from '../../src/sim/testing/objects.ts';
import {
  configMaps,
  customResourceDefinitions,
  deployments,
  namespaces,
  podDisruptionBudgets,
  pods,
  replicaSets,
  serviceAccounts,
  startCluster,
  type TestCluster,
} from '../../src/sim/testing.ts';

const namespace = 'default';
let cluster: TestCluster;
before(async () => {
  cluster = await startCluster({ nodes: 2 });
});
after(() => cluster.close());

const boats: ResourceRef<AnyObject> = { group: 'example.com', version: 'v1', resource: 'boats', kind: 'Boat', namespaced: true };
const boatDefinition = {
  metadata: { name: 'boats.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'boats', singular: 'boat', kind: 'Boat', listKind: 'BoatList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { oars: { type: 'integer', minimum: 1, default: 2 } } },
              status: { type: 'object', properties: { afloat: { type: 'boolean' } } },
            },
          },
        },
      },
    ],
  },
};

async function makeDeployment(name: string): Promise<void> {
  await cluster.client.resource(deployments).create(deployment(name, 2));
  await cluster.waitFor(deployments, name, (d) => d?.status?.availableReplicas === 2);
}

const setOf = async (app: string) => (await cluster.client.resource(replicaSets).list({ namespace, labelSelector: `app=${app}` })).items[0];

test('background deletion takes what belongs to the object', async () => {
  await makeDeployment('background');
  const set = await setOf('background');
  const { items } = await cluster.client.resource(pods).list({ namespace, labelSelector: 'app=background' });
  await cluster.client.resource(deployments).delete('background', { namespace });
  await cluster.waitFor(replicaSets, set?.metadata.name ?? '', (rs) => rs === undefined);
  for (const item of items) await cluster.waitFor(pods, item.metadata.name, (p) => p === undefined);
});

test('foreground deletion takes the object last', async () => {
  await makeDeployment('foreground');
  const set = await setOf('foreground');
  await cluster.client.resource(deployments).delete('foreground', { namespace, propagationPolicy: 'Foreground' });
  await cluster.waitFor(deployments, 'foreground', (d) => d === undefined);
  await assert.rejects(cluster.client.resource(replicaSets).get(set?.metadata.name ?? '', { namespace }), /not found/);
  assert.deepEqual((await cluster.client.resource(pods).list({ namespace, labelSelector: 'app=foreground' })).items, []);
});

test('orphaning leaves what belonged to the object, without an owner', async () => {
  await makeDeployment('orphan');
  const set = await setOf('orphan');
  await cluster.client.resource(deployments).delete('orphan', { namespace, propagationPolicy: 'Orphan' });
  await cluster.waitFor(deployments, 'orphan', (d) => d === undefined);
  const left = await cluster.waitFor(replicaSets, set?.metadata.name ?? '', (rs) => !rs?.metadata.ownerReferences?.length);
  assert.equal(left?.status?.readyReplicas, 2);
});

test('a namespace goes with everything in it', async () => {
  const { client } = cluster;
  await client.resource(namespaces).create({ metadata: { name: 'short' } });
  await cluster.waitFor(serviceAccounts, 'default', (s) => s !== undefined, { namespace: 'short' });
  await client.resource(configMaps).create({ metadata: { name: 'c', namespace: 'short', finalizers: ['example.com/hold'] } });
  await client.resource(pods).create({ ...pod('p'), metadata: { name: 'p', namespace: 'short' } });
  await cluster.waitFor(pods, 'p', (p) => p?.status.phase === 'Running', { namespace: 'short' });
  await client.resource(namespaces).delete('short');
  const held = await cluster.waitFor(namespaces, 'short', (n) => n?.status?.conditions?.some((c) => c.type === 'NamespaceFinalizersRemaining' && c.status === 'True') ?? false);
  assert.equal(held?.status?.phase, 'Terminating');
  await assert.rejects(client.resource(configMaps).create({ metadata: { name: 'late', namespace: 'short' } }), /unable to create new content in namespace short because it is being terminated/);
  await client.resource(configMaps).patch('c', 'merge', { metadata: { finalizers: null } }, { namespace: 'short' });
  await cluster.waitFor(namespaces, 'short', (n) => n === undefined);
});

test('eviction honours a disruption budget', async () => {
  const { client } = cluster;
  await makeDeployment('guarded');
  await client.resource(podDisruptionBudgets).create({ metadata: { name: 'guarded', namespace }, spec: { minAvailable: 2, selector: { matchLabels: { app: 'guarded' } } } });
  await cluster.waitFor(podDisruptionBudgets, 'guarded', (b) => b?.status?.currentHealthy === 2);
  const [first] = (await client.resource(pods).list({ namespace, labelSelector: 'app=guarded' })).items;
  const name = first?.metadata.name ?? '';
  const evict = () => client.raw({ method: 'POST', path: `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } } });
  await assert.rejects(evict(), (error) => isTooManyRequests(error) && /violate the pod's disruption budget/.test((error as Error).message));
  await client.resource(podDisruptionBudgets).patch('guarded', 'merge', { spec: { minAvailable: 1 } }, { namespace });
  await cluster.waitFor(podDisruptionBudgets, 'guarded', (b) => b?.status?.disruptionsAllowed === 1);
  await evict();
  await cluster.waitFor(pods, name, (p) => p === undefined);
  await cluster.waitFor(deployments, 'guarded', (d) => d?.status?.availableReplicas === 2);
});

test('a custom resource is served, defaulted, validated, watched, and gone with its definition', async () => {
  const { client } = cluster;
  await client.resource(customResourceDefinitions).create(boatDefinition);
  await cluster.waitFor(customResourceDefinitions, 'boats.example.com', (c) => c?.status?.conditions?.some((x) => x.type === 'Established' && x.status === 'True') ?? false);
  const made = await client.resource(boats).create({ metadata: { name: 'wherry', namespace }, spec: {} });
  assert.deepEqual(made['spec'], { oars: 2 });
  await assert.rejects(client.resource(boats).create({ metadata: { name: 'odd', namespace }, spec: { oars: 0 } }), /spec\.oars: Invalid value: 0/);
  // The status has its own door: the main one does not write it.
  await client.resource(boats).update({ ...made, status: { afloat: true } });
  assert.equal((await client.resource(boats).get('wherry', { namespace }))['status'], undefined);
  await client.resource(boats).patch('wherry', 'merge', { status: { afloat: true } }, { namespace, subresource: 'status' });
  await cluster.waitFor(boats, 'wherry', (b) => (b?.['status'] as { afloat?: boolean } | undefined)?.afloat === true);
  await client.resource(customResourceDefinitions).delete('boats.example.com');
  await cluster.waitFor(customResourceDefinitions, 'boats.example.com', (c) => c === undefined);
  await assert.rejects(client.resource(boats).list({ namespace }), /could not find the requested resource/);
});

test('a watch gives every change once and in order, and resumes from any revision', async () => {
  const client = cluster.client.resource(configMaps);
  const stop = new AbortController();
  const start = (await client.list({ namespace })).metadata.resourceVersion ?? '';
  await client.create({ metadata: { name: 'seen', namespace, labels: { seen: 'yes' } }, data: { n: '0' } });
  for (let n = 1; n <= 5; n++) await client.patch('seen', 'merge', { data: { n: String(n) } }, { namespace });
  await client.patch('seen', 'merge', { metadata: { labels: { seen: null } } }, { namespace });
  await client.delete('seen', { namespace });
  const read = async (count: number, options: { resourceVersion: string; labelSelector?: string }) => {
    const events: [string, string | undefined, string][] = [];
    for await (const event of client.watch({ namespace, fieldSelector: 'metadata.name=seen', signal: stop.signal, ...options })) {
      if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
      events.push([event.type, event.object.data?.['n'], event.object.metadata.resourceVersion ?? '']);
      if (events.length === count) break;
    }
    return events;
  };
  const all = await read(8, { resourceVersion: start });
  assert.deepEqual(
    all.map(([type, n]) => `${type} ${n}`),
    ['ADDED 0', 'MODIFIED 1', 'MODIFIED 2', 'MODIFIED 3', 'MODIFIED 4', 'MODIFIED 5', 'MODIFIED 5', 'DELETED 5'],
  );
  assert.deepEqual(await read(5, { resourceVersion: all[2]?.[2] ?? '' }), all.slice(3));
  // To a selector that it leaves, an object is deleted when it leaves.
  const selected = await read(7, { resourceVersion: start, labelSelector: 'seen=yes' });
  assert.equal(selected.at(-1)?.[0], 'DELETED');
  stop.abort();
});

test('a watch from a revision that the server no longer knows is refused with 410', async () => {
  const storage = memoryStorage();
  const options = { storage, nodes: 0, controllers: false, scheduler: false };
  const first = await startCluster(options);
  await first.client.resource(configMaps).create({ metadata: { name: 'old', namespace } });
  await first.close();
  await using second = await startCluster(options);
  const read = async () => {
    for await (const event of second.client.resource(configMaps).watch({ namespace, resourceVersion: '1' })) {
      if (event.type === 'ERROR') throw new StatusError(event.object as unknown as StatusError['status']);
    }
  };
  await assert.rejects(read(), isExpired);
  await storage.close();
});

test('writes with an old revision are conflicts; dry runs leave nothing', async () => {
  const client = cluster.client.resource(configMaps);
  const first = await client.create({ metadata: { name: 'raced', namespace }, data: { n: '1' } });
  await client.update({ ...first, data: { n: '2' } });
  await assert.rejects(client.update({ ...first, data: { n: '3' } }), /the object has been modified; please apply your changes to the latest version and try again/);
  await client.create({ metadata: { name: 'dry', namespace } }, { dryRun: true });
  await assert.rejects(client.get('dry', { namespace }), /not found/);
});

test('server-side apply: two managers, one conflict', async () => {
  const client = cluster.client.resource(configMaps);
  const apply = (manager: string, data: Record<string, string>, force = false) => client.apply({ metadata: { name: 'shared', namespace }, data }, { fieldManager: manager, force });
  await apply('one', { a: '1', b: '1' });
  await apply('two', { c: '2' });
  await assert.rejects(apply('two', { a: '2', c: '2' }), /Apply failed with 1 conflict: conflict with "one": \.data\.a/);
  await apply('two', { a: '2', c: '2' }, true);
  // What a manager no longer applies goes, unless somebody else owns it.
  assert.deepEqual((await apply('one', {})).data, { a: '2', c: '2' });
});
