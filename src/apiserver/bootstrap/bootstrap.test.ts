import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FakeClock } from '../../base/fake-clock.ts';
import type { AnyObject } from '../../api/object.ts';
import { FakeRegistryReader } from '../registry/fake-reader.ts';
import { bootstrap } from './bootstrap.ts';
import { draft } from './draft.ts';
import { bootstrapFlowSchemas, bootstrapPriorityLevels, reviseFlowControl } from './flow-control.ts';
import { systemPriorityClasses } from './priority-classes.ts';
import { ensurePolicy } from './rbac/ensure-policy.ts';
import { ensureLegacyTokenTracking } from './legacy-token-tracking.ts';
import { bootstrapPolicy } from './rbac/policy.ts';

/** A field of an object that must be there. */
const field = <T>(object: AnyObject | undefined, name: string): T => {
  assert.ok(object);
  return object[name] as T;
};

const RBAC = 'rbac.authorization.k8s.io';
const REFERENCE = new URL('../../../../shared/k8s-1.36/', import.meta.url);
const skip = existsSync(REFERENCE) ? false : 'no reference data beside the repository';
const reference = (file: string) => JSON.parse(readFileSync(new URL(file, REFERENCE), 'utf8')) as Record<string, AnyObject[]>;
const keyed = (objects: readonly AnyObject[], pick: (o: AnyObject) => unknown) =>
  Object.fromEntries(
    objects
      .map((o) => [`${o.metadata.namespace ?? ''}/${o.metadata.name}`, pick(o)])
      .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
  );

test('roles and bindings are those of a fresh upstream server', { skip }, () => {
  const upstream = reference('bootstrap-policy.json');
  const ours = bootstrapPolicy();
  for (const resource of ['clusterroles', 'roles', 'clusterrolebindings', 'rolebindings'] as const) {
    // The rules of aggregated roles are the aggregation controller's work; endpointslices/restricted exists in a derived distribution only.
    const pick = (o: AnyObject) => ({
      ...o,
      metadata: { labels: o.metadata.labels, annotations: o.metadata.annotations },
      ...('rules' in o && {
        rules: o['aggregationRule']
          ? null
          : (o['rules'] as { resources?: string[] }[] | null)?.filter((r) => r.resources?.[0] !== 'endpointslices/restricted'),
      }),
    });
    assert.deepEqual(keyed(ours[resource], pick), keyed(upstream[resource] ?? [], pick), resource);
  }
});

test('flow control and priority classes are those of a fresh upstream server', { skip }, () => {
  const upstream = reference('flowcontrol-and-priority.json');
  const pick = (o: AnyObject) => ({ spec: o['spec'], annotations: o.metadata.annotations });
  assert.deepEqual(keyed(bootstrapFlowSchemas(), pick), keyed(upstream['flowschemas'] ?? [], pick));
  assert.deepEqual(keyed(bootstrapPriorityLevels(), pick), keyed(upstream['prioritylevelconfigurations'] ?? [], pick));
  const fields = (o: AnyObject) => ({ ...o, metadata: {} });
  assert.deepEqual(keyed(systemPriorityClasses(), fields), keyed(upstream['priorityclasses'] ?? [], fields));
});

test('the day from which legacy tokens are tracked is kept, unless it is no day', async () => {
  const registry = new FakeRegistryReader();
  const since = () => field<{ since: string }>(registry.reader('', 'configmaps').get('kube-system', NAME), 'data').since;
  const NAME = 'kube-apiserver-legacy-service-account-token-tracking';
  await ensureLegacyTokenTracking(registry, Date.UTC(2026, 0, 2, 23));
  assert.equal(since(), '2026-01-02');
  await ensureLegacyTokenTracking(registry, Date.UTC(2026, 5, 1));
  assert.equal(since(), '2026-01-02');
  await registry.update('', 'configmaps', 'kube-system', NAME, (current) => ({ ...current, data: { since: 'yesterday' } }));
  await ensureLegacyTokenTracking(registry, Date.UTC(2026, 5, 1));
  assert.equal(since(), '2026-06-01');
});

test('a second start changes nothing', async () => {
  const registry = new FakeRegistryReader();
  const options = { registry, serviceCidrs: ['10.96.0.0/16'], clock: new FakeClock() };
  await bootstrap(options);
  const dump = () =>
    ['clusterroles', 'rolebindings']
      .map((r) => registry.reader(RBAC, r).list())
      .concat([registry.reader('networking.k8s.io', 'servicecidrs').list(), registry.reader('', 'namespaces').list()]);
  const before = structuredClone(dump());
  await bootstrap(options);
  assert.deepEqual(dump(), before);
  assert.deepEqual(
    registry
      .reader('', 'namespaces')
      .list()
      .map((n) => n.metadata.name)
      .sort(),
    ['default', 'kube-node-lease', 'kube-public', 'kube-system'],
  );
  assert.equal(
    field<{ conditions: { status: string }[] }>(registry.reader('networking.k8s.io', 'servicecidrs').get('', 'kubernetes'), 'status')
      .conditions[0]?.status,
    'True',
  );
});

test('lost rules, labels and subjects come back; added ones stay; opted-out objects are left alone', async () => {
  const registry = new FakeRegistryReader();
  const extra = { verbs: ['get'], apiGroups: [''], resources: ['nodes'] };
  registry.put(RBAC, 'clusterroles', draft(`${RBAC}/v1`, 'ClusterRole', { name: 'system:kube-dns' }, { rules: [extra] }));
  registry.put(
    RBAC,
    'clusterroles',
    draft(
      `${RBAC}/v1`,
      'ClusterRole',
      { name: 'cluster-admin', annotations: { [`rbac.authorization.kubernetes.io/autoupdate`]: 'false' } },
      { rules: [] },
    ),
  );
  registry.put(
    RBAC,
    'clusterrolebindings',
    draft(
      `${RBAC}/v1`,
      'ClusterRoleBinding',
      { name: 'system:kube-dns' },
      { roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'other' }, subjects: [] },
    ),
  );
  registry.put(
    RBAC,
    'clusterrolebindings',
    draft(
      `${RBAC}/v1`,
      'ClusterRoleBinding',
      { name: 'cluster-admin' },
      { roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ kind: 'User', name: 'me' }] },
    ),
  );
  await ensurePolicy(registry);
  const dns = registry.reader(RBAC, 'clusterroles').get('', 'system:kube-dns');
  assert.deepEqual(dns?.['rules'], [
    extra,
    ...['endpoints', 'services'].flatMap((r) => ['list', 'watch'].map((v) => ({ verbs: [v], apiGroups: [''], resources: [r] }))),
  ]);
  assert.equal(dns?.metadata.labels?.['kubernetes.io/bootstrapping'], 'rbac-defaults');
  assert.deepEqual(registry.reader(RBAC, 'clusterroles').get('', 'cluster-admin')?.['rules'], []);
  assert.equal(
    field<{ name: string }>(registry.reader(RBAC, 'clusterrolebindings').get('', 'system:kube-dns'), 'roleRef').name,
    'system:kube-dns',
  );
  assert.deepEqual(registry.reader(RBAC, 'clusterrolebindings').get('', 'cluster-admin')?.['subjects'], [
    { kind: 'User', name: 'me' },
    { apiGroup: RBAC, kind: 'Group', name: 'system:masters' },
  ]);
});

test('flow control objects follow their annotation', () => {
  const wanted = (name: string) => bootstrapPriorityLevels().find((o) => o.metadata.name === name) as AnyObject;
  const stored = (name: string, annotation: string | undefined, generation: number, spec: unknown) =>
    ({
      ...wanted(name),
      metadata: {
        ...wanted(name).metadata,
        generation,
        annotations: annotation === undefined ? {} : { 'apf.kubernetes.io/autoupdate-spec': annotation },
      },
      spec,
    }) as AnyObject;
  const other = { type: 'Limited', limited: { nominalConcurrencyShares: 1 } };
  assert.equal(reviseFlowControl(stored('system', 'true', 1, wanted('system')['spec']), wanted('system')), undefined);
  assert.deepEqual(reviseFlowControl(stored('system', 'true', 5, other), wanted('system'))?.['spec'], wanted('system')['spec']);
  assert.equal(reviseFlowControl(stored('system', 'false', 5, other), wanted('system')), undefined);
  assert.deepEqual(reviseFlowControl(stored('system', undefined, 1, other), wanted('system'))?.['spec'], wanted('system')['spec']);
  assert.equal(
    reviseFlowControl(stored('system', undefined, 2, other), wanted('system'))?.metadata.annotations?.['apf.kubernetes.io/autoupdate-spec'],
    'false',
  );
  assert.deepEqual(reviseFlowControl(stored('catch-all', 'false', 5, other), wanted('catch-all'))?.['spec'], wanted('catch-all')['spec']);
});
