import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '../../api/object.ts';
import { FakeClock, SeededRandom } from '../../base/fake-clock.ts';
import { isNamespaceTerminating, StatusError } from '../../machinery/status-error.ts';
import { alwaysAllow } from '../authz/always.ts';
import { FakeRegistryReader } from '../registry/fake-reader.ts';
import { alwaysPullImages } from './always-pull-images.ts';
import { AdmissionChain } from './chain.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { denyServiceExternalIPs } from './deny-service-external-ips.ts';
import { eventRateLimit } from './event-rate-limit.ts';
import { extendedResourceToleration } from './extended-resource-toleration.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { ownerReferencesPermissionEnforcement } from './owner-references-permission-enforcement.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import { admissionPlugins } from './plugins.ts';
import { podNodeSelector } from './pod-node-selector.ts';
import { podResizeValidator } from './pod-resize-validator.ts';
import { podTolerationRestriction } from './pod-toleration-restriction.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccountAdmission } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';
import { make, pod, run } from './testing.ts';

type Json = Record<string, unknown>;
const specOf = (o: AnyObject | undefined) => o?.['spec'] as Json;
const refused = (code: number, message: string | RegExp) => (error: unknown) => {
  assert.ok(error instanceof StatusError, String(error));
  assert.equal(error.code, code, error.message);
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
  return true;
};
const registryOf = (...objects: [resource: string, object: AnyObject][]) => {
  const registry = new FakeRegistryReader();
  for (const [full, object] of objects) {
    const dot = full.indexOf('.');
    registry.put(dot < 0 ? '' : full.slice(dot + 1), dot < 0 ? full : full.slice(0, dot), object);
  }
  return registry;
};

test('NamespaceLifecycle', async () => {
  const registry = registryOf(
    ['namespaces', make('Namespace', { name: 'ns' }, { status: { phase: 'Active' } })],
    ['namespaces', make('Namespace', { name: 'gone' }, { status: { phase: 'Terminating' } })],
  );
  const plugin = namespaceLifecycle(registry);
  await run(plugin, { resource: 'pods', object: pod() });
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod({}, { namespace: 'absent' }) }),
    refused(404, 'namespaces "absent" not found'),
  );
  await assert.rejects(run(plugin, { resource: 'pods', object: pod({}, { namespace: 'gone' }) }), (error) => {
    assert.ok(isNamespaceTerminating(error));
    const { status } = error as StatusError;
    assert.equal(status.message, 'pods "p" is forbidden: unable to create new content in namespace gone because it is being terminated');
    assert.deepEqual(status.details?.causes, [
      { reason: 'NamespaceTerminating', message: 'namespace gone is being terminated', field: 'metadata.namespace' },
    ]);
    return true;
  });
  const gone = pod({}, { namespace: 'gone' });
  await run(plugin, { resource: 'pods', operation: 'UPDATE', object: gone, oldObject: gone });
  await run(plugin, { resource: 'pods', operation: 'DELETE', oldObject: pod({}, { namespace: 'absent' }) });
  await run(plugin, {
    resource: 'localsubjectaccessreviews.authorization.k8s.io',
    object: make('LocalSubjectAccessReview', { name: '' }),
    namespace: 'absent',
  });
  await run(plugin, { resource: 'nodes', object: make('Node', { name: 'n' }) });
  await run(plugin, { resource: 'namespaces', object: make('Namespace', { name: 'new' }), namespace: 'new' });
  for (const name of ['default', 'kube-system', 'kube-public']) {
    await assert.rejects(
      run(plugin, { resource: 'namespaces', operation: 'DELETE', name }),
      refused(403, `namespaces "${name}" is forbidden: this namespace may not be deleted`),
    );
  }
  await run(plugin, { resource: 'namespaces', operation: 'DELETE', name: 'kube-node-lease' });
});

const accounts = (fields: Json = {}, metadata: Json = {}) => {
  const registry = registryOf(['serviceaccounts', make('ServiceAccount', { name: 'default', namespace: 'ns', ...metadata }, fields)]);
  return { registry, plugin: serviceAccountAdmission({ registry, clock: new FakeClock(), random: new SeededRandom(7) }) };
};

test('ServiceAccount: a pod gets the default account and its token', async () => {
  const { plugin } = accounts({ imagePullSecrets: [{ name: 'pull' }] });
  const spec = specOf(await run(plugin, { resource: 'pods', object: pod({ initContainers: [{ name: 'i', image: 'i' }] }) })) as {
    serviceAccountName: string;
    serviceAccount: string;
    imagePullSecrets: unknown;
    volumes: { name: string }[];
    containers: Json[];
    initContainers: Json[];
  };
  assert.equal(spec.serviceAccountName, 'default');
  assert.equal(spec.serviceAccount, 'default');
  assert.deepEqual(spec.imagePullSecrets, [{ name: 'pull' }]);
  const name = spec.volumes[0]?.name ?? '';
  assert.match(name, /^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  assert.deepEqual(spec.volumes, [
    {
      name,
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
        ],
        defaultMode: 420,
      },
    },
  ]);
  const mount = [{ name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }];
  assert.deepEqual(spec.containers[0]?.['volumeMounts'], mount);
  assert.deepEqual(spec.initContainers[0]?.['volumeMounts'], mount);
});

test('ServiceAccount: who does not want the token does not get it', async () => {
  const volumes = async (account: Json, spec: Json) =>
    specOf(await run(accounts(account).plugin, { resource: 'pods', object: pod(spec) }))['volumes'];
  assert.equal(await volumes({}, { automountServiceAccountToken: false }), undefined);
  assert.equal(await volumes({ automountServiceAccountToken: false }, {}), undefined);
  assert.notEqual(await volumes({ automountServiceAccountToken: false }, { automountServiceAccountToken: true }), undefined);
  const own = [{ name: 'c', image: 'i', volumeMounts: [{ name: 'x', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] }];
  assert.equal(await volumes({}, { containers: own }), undefined);
  const again = [{ name: 'kube-api-access-abcde', projected: {} }];
  assert.deepEqual(await volumes({}, { volumes: again }), again);
});

test('ServiceAccount: refusals', async () => {
  const { plugin, registry } = accounts();
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod({ serviceAccountName: 'x' }) }),
    refused(403, 'pods "p" is forbidden: error looking up service account ns/x: serviceaccount "x" not found'),
  );
  await assert.rejects(
    run(plugin, {
      resource: 'pods',
      object: make('Pod', { name: '', generateName: 'g-', namespace: 'ns' }, { spec: { containers: [], serviceAccountName: 'x' } }),
    }),
    /pods "g-" is forbidden/,
  );
  const mirror = { annotations: { 'kubernetes.io/config.mirror': 'h' } };
  await run(plugin, { resource: 'pods', object: pod({}, mirror) });
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod({ serviceAccountName: 'default' }, mirror) }),
    /a mirror pod may not reference service accounts/,
  );
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }, mirror) }),
    /a mirror pod may not reference secrets/,
  );
  await assert.rejects(
    run(plugin, {
      resource: 'pods',
      object: pod({ volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: {} }] } }] }, mirror),
    }),
    /ServiceAccountToken volume projections/,
  );
  registry.put(
    '',
    'serviceaccounts',
    make(
      'ServiceAccount',
      { name: 'default', namespace: 'ns', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
      { secrets: [{ name: 'ok' }] },
    ),
  );
  await run(plugin, { resource: 'pods', object: pod({ volumes: [{ name: 'v', secret: { secretName: 'ok' } }] }) });
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }) }),
    /volume with secret.secretName="s" is not allowed because service account default does not reference that secret/,
  );
  const env = [{ name: 'c', image: 'i', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }];
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod({ containers: env }) }),
    /container c with envVar E referencing secret.secretName="s" is not allowed/,
  );
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod({ imagePullSecrets: [{ name: 's' }] }) }),
    /imagePullSecrets\[0\].name="s" is not allowed/,
  );
  const ephemeral = pod({ serviceAccountName: 'default', ephemeralContainers: env });
  await assert.rejects(
    run(plugin, { resource: 'pods/ephemeralcontainers', operation: 'UPDATE', object: ephemeral, oldObject: pod() }),
    /ephemeral container c with envVar E/,
  );
});

test('ServiceAccount: a pod waits for the default account of a new namespace', async () => {
  const registry = new FakeRegistryReader();
  const clock = new FakeClock();
  const plugin = serviceAccountAdmission({ registry, clock, random: new SeededRandom(1) });
  const asked = run(plugin, { resource: 'pods', object: pod() });
  await clock.advance(350);
  registry.put('', 'serviceaccounts', make('ServiceAccount', { name: 'default', namespace: 'ns' }));
  await clock.advance(350);
  assert.equal(specOf(await asked)['serviceAccountName'], 'default');
});

const limitRange = (...limits: Json[]) =>
  limitRanger(registryOf(['limitranges', make('LimitRange', { name: 'l', namespace: 'ns' }, { spec: { limits } })]));
const resources = (requests?: Json, limits?: Json) => [
  { name: 'c', image: 'i', resources: { ...(requests && { requests }), ...(limits && { limits }) } },
];

test('LimitRanger: defaults', async () => {
  const plugin = limitRange({ type: 'Container', default: { cpu: '200m', memory: '1Gi' }, defaultRequest: { cpu: '100m' } });
  const made = await run(plugin, {
    resource: 'pods',
    object: pod({ containers: resources({ memory: '1Mi' }), initContainers: [{ name: 'i', image: 'i' }] }),
  });
  const { containers, initContainers } = specOf(made) as { containers: Json[]; initContainers: Json[] };
  assert.deepEqual(containers[0]?.['resources'], { requests: { memory: '1Mi', cpu: '100m' }, limits: { cpu: '200m', memory: '1Gi' } });
  assert.deepEqual(initContainers[0]?.['resources'], { requests: { cpu: '100m' }, limits: { cpu: '200m', memory: '1Gi' } });
  assert.equal(
    made?.metadata.annotations?.['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: cpu request for container c; cpu, memory limit for container c; cpu request for init container i; cpu, memory limit for init container i',
  );
});

const LIMITS: [limit: Json, requests: Json | undefined, limits: Json | undefined, problem?: string][] = [
  [{ type: 'Container', min: { cpu: '50m' } }, { cpu: '50m' }, {}],
  [
    { type: 'Container', min: { memory: '1Gi' } },
    undefined,
    undefined,
    'minimum memory usage per Container is 1Gi.  No request is specified',
  ],
  [{ type: 'Container', min: { cpu: '50m' } }, { cpu: '40m' }, {}, 'minimum cpu usage per Container is 50m, but request is 40m'],
  [{ type: 'Container', min: { cpu: '50m' } }, { cpu: '60m' }, { cpu: '10m' }, 'minimum cpu usage per Container is 50m, but limit is 10m'],
  [{ type: 'Container', max: { cpu: '1' } }, {}, { cpu: '1000m' }],
  [{ type: 'Container', max: { cpu: '1' } }, {}, {}, 'maximum cpu usage per Container is 1.  No limit is specified'],
  [{ type: 'Container', max: { cpu: '1' } }, {}, { cpu: '1001m' }, 'maximum cpu usage per Container is 1, but limit is 1001m'],
  [{ type: 'Container', max: { cpu: '1' } }, { cpu: '2' }, { cpu: '1' }, 'maximum cpu usage per Container is 1, but request is 2'],
  [{ type: 'Container', maxLimitRequestRatio: { memory: '2' } }, { memory: '1Gi' }, { memory: '2Gi' }],
  [
    { type: 'Container', maxLimitRequestRatio: { memory: '1.5' } },
    { memory: '1Gi' },
    { memory: '2Gi' },
    'memory max limit to request ratio per Container is 1500m, but provided ratio is 2.000000',
  ],
  [
    { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
    {},
    { cpu: '1' },
    'cpu max limit to request ratio per Container is 2, but no request is specified or request is 0',
  ],
  [{ type: 'Pod', max: { cpu: '1' } }, { cpu: '400m' }, { cpu: '600m' }],
  [{ type: 'Pod', max: { cpu: '500m' } }, { cpu: '400m' }, { cpu: '600m' }, 'maximum cpu usage per Pod is 500m, but limit is 600m'],
  [
    { type: 'Pod', min: { 'hugepages-2Mi': '4Mi' } },
    { 'hugepages-2Mi': '2Mi' },
    {},
    'minimum hugepages-2Mi usage per Pod is 4Mi, but request is 2Mi',
  ],
];
test('LimitRanger: bounds of containers and pods', async () => {
  for (const [limit, requests, limits, problem] of LIMITS) {
    const call = run(limitRange(limit), { resource: 'pods', object: pod({ containers: resources(requests, limits) }) });
    if (problem === undefined) await call;
    else await assert.rejects(call, refused(403, `pods "p" is forbidden: ${problem}`));
  }
});

test('LimitRanger: init containers and sidecars count as upstream counts them; several problems come together', async () => {
  const plugin = limitRange({ type: 'Pod', max: { cpu: '500m', memory: '1Gi' } });
  const one = (cpu: string, more: Json = {}) => ({
    name: cpu,
    image: 'i',
    resources: { requests: { cpu }, limits: { cpu, memory: '1Mi' } },
    ...more,
  });
  await run(plugin, { resource: 'pods', object: pod({ containers: [one('200m'), one('300m')], initContainers: [one('500m')] }) });
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod({ containers: [one('200m')], initContainers: [one('501m')] }) }),
    /limit is 501m/,
  );
  await assert.rejects(
    run(plugin, {
      resource: 'pods',
      object: pod({ containers: [one('200m')], initContainers: [one('400m', { restartPolicy: 'Always' })] }),
    }),
    /limit is 600m/,
  );
  await assert.rejects(
    run(plugin, {
      resource: 'pods',
      object: pod({ containers: [one('100m')], initContainers: [one('300m', { restartPolicy: 'Always' }), one('250m')] }),
    }),
    /limit is 550m/,
  );
  await assert.rejects(
    run(plugin, { resource: 'pods', object: pod() }),
    refused(
      403,
      'pods "p" is forbidden: [maximum cpu usage per Pod is 500m.  No limit is specified, maximum memory usage per Pod is 1Gi.  No limit is specified]',
    ),
  );
});

test('LimitRanger: claims; and what it leaves alone', async () => {
  const plugin = limitRange(
    { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } },
    { type: 'Container', max: { cpu: '1m' } },
  );
  const claim = (storage: string) =>
    make('PersistentVolumeClaim', { name: 'c', namespace: 'ns' }, { spec: { resources: { requests: { storage } } } });
  await run(plugin, { resource: 'persistentvolumeclaims', object: claim('2Gi') });
  await assert.rejects(
    run(plugin, { resource: 'persistentvolumeclaims', object: claim('3Gi') }),
    refused(403, 'persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi'),
  );
  await assert.rejects(
    run(plugin, { resource: 'persistentvolumeclaims', object: claim('1Mi'), operation: 'UPDATE', oldObject: claim('1Gi') }),
    /minimum storage usage/,
  );
  await run(plugin, {
    resource: 'persistentvolumeclaims',
    object: claim('3Gi'),
    operation: 'UPDATE',
    oldObject: make('PersistentVolumeClaim', { name: 'c', namespace: 'ns', deletionTimestamp: 'now' }),
  });
  await run(plugin, { resource: 'pods', object: pod(), operation: 'UPDATE', oldObject: pod() });
  await run(plugin, { resource: 'pods/status', object: pod(), operation: 'UPDATE', oldObject: pod() });
  await run(plugin, { resource: 'pods', object: pod({}, { namespace: 'other' }) });
  await assert.rejects(run(plugin, { resource: 'pods/resize', object: pod(), operation: 'UPDATE', oldObject: pod() }), /maximum cpu usage/);
});

test('Priority', async () => {
  const group = 'scheduling.k8s.io';
  const aClass = (name: string, value: number, more: Json = {}) =>
    make('PriorityClass', { name }, { value, preemptionPolicy: 'PreemptLowerPriority', ...more }, `${group}/v1`);
  const registry = registryOf([`priorityclasses.${group}`, aClass('high', 1000, { preemptionPolicy: 'Never' })]);
  const plugin = priority(registry);
  const admit = async (spec: Json) => {
    const { priority: value, priorityClassName, preemptionPolicy } = specOf(await run(plugin, { resource: 'pods', object: pod(spec) }));
    return [value, priorityClassName, preemptionPolicy];
  };
  assert.deepEqual(await admit({}), [0, undefined, 'PreemptLowerPriority']);
  assert.deepEqual(await admit({ priorityClassName: 'high' }), [1000, 'high', 'Never']);
  assert.deepEqual(await admit({ priorityClassName: 'high', priority: 1000 }), [1000, 'high', 'Never']);
  await assert.rejects(
    admit({ priorityClassName: 'none' }),
    refused(403, 'pods "p" is forbidden: no PriorityClass with name none was found'),
  );
  await assert.rejects(
    admit({ priority: 5 }),
    refused(
      403,
      'pods "p" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    ),
  );
  await assert.rejects(
    admit({ priorityClassName: 'high', preemptionPolicy: 'PreemptLowerPriority' }),
    /the string value of PreemptionPolicy \(PreemptLowerPriority\) must not be provided/,
  );
  registry.put(group, 'priorityclasses', aClass('default', 7, { globalDefault: true }));
  assert.deepEqual(await admit({}), [7, 'default', 'PreemptLowerPriority']);
  await assert.rejects(
    run(plugin, { resource: `priorityclasses.${group}`, object: aClass('two', 8, { globalDefault: true }) }),
    refused(
      403,
      'priorityclasses.scheduling.k8s.io "two" is forbidden: PriorityClass default is already marked as default. Only one default can exist',
    ),
  );
  await run(plugin, {
    resource: `priorityclasses.${group}`,
    operation: 'UPDATE',
    object: aClass('default', 7, { globalDefault: true }),
    oldObject: aClass('default', 7),
  });
  const updated = await run(plugin, {
    resource: 'pods',
    operation: 'UPDATE',
    object: pod(),
    oldObject: pod({ priority: 9, preemptionPolicy: 'Never' }),
  });
  assert.equal(specOf(updated)['priority'], 9);
  assert.equal(specOf(updated)['preemptionPolicy'], 'Never');
});

test('small defaults', async () => {
  const tolerations = async (own: Json[]) =>
    specOf(await run(defaultTolerationSeconds(), { resource: 'pods', object: pod({ tolerations: own }) }))['tolerations'];
  const five = (key: string) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  assert.deepEqual(await tolerations([]), [five('not-ready'), five('unreachable')]);
  const all = [{ operator: 'Exists' }];
  assert.deepEqual(await tolerations(all), all);
  const one = [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }];
  assert.deepEqual(await tolerations(one), [...one, five('unreachable')]);
  assert.deepEqual(await tolerations([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]), [
    { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    five('not-ready'),
    five('unreachable'),
  ]);

  const node = await run(taintNodesByCondition, { resource: 'nodes', object: make('Node', { name: 'n' }) });
  assert.deepEqual(specOf(node)['taints'], [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);

  for (const [resource, kind, finalizer] of [
    ['persistentvolumes', 'PersistentVolume', 'kubernetes.io/pv-protection'],
    ['persistentvolumeclaims', 'PersistentVolumeClaim', 'kubernetes.io/pvc-protection'],
  ] as const) {
    const object = await run(storageObjectInUseProtection, { resource, object: make(kind, { name: 'x' }) });
    assert.deepEqual(object?.metadata.finalizers, [finalizer]);
  }
});

test('default classes: the newest wins, an explicit empty one stays', async () => {
  const storage = (name: string, creationTimestamp: string, value = 'true') =>
    [
      'storageclasses.storage.k8s.io',
      make('StorageClass', { name, creationTimestamp, annotations: { 'storageclass.kubernetes.io/is-default-class': value } }),
    ] as [string, AnyObject];
  const plugin = defaultStorageClass(
    registryOf(
      storage('old', '2024-01-01T00:00:00Z'),
      storage('b', '2025-01-01T00:00:00Z'),
      storage('a', '2025-01-01T00:00:00Z'),
      storage('no', '2026-01-01T00:00:00Z', 'false'),
    ),
  );
  const claim = async (spec: Json, metadata: Json = {}) =>
    specOf(
      await run(plugin, {
        resource: 'persistentvolumeclaims',
        object: make('PersistentVolumeClaim', { name: 'c', namespace: 'ns', ...metadata }, { spec }),
      }),
    )['storageClassName'];
  assert.equal(await claim({}), 'a');
  assert.equal(await claim({ storageClassName: '' }), '');
  assert.equal(await claim({}, { annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } }), undefined);
  const ingresses = defaultIngressClass(
    registryOf([
      'ingressclasses.networking.k8s.io',
      make('IngressClass', { name: 'i', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }),
    ]),
  );
  const ingress = async (spec: Json, metadata: Json = {}) =>
    specOf(
      await run(ingresses, {
        resource: 'ingresses.networking.k8s.io',
        object: make('Ingress', { name: 'x', namespace: 'ns', ...metadata }, { spec }),
      }),
    )['ingressClassName'];
  assert.equal(await ingress({}), 'i');
  assert.equal(await ingress({ ingressClassName: 'own' }), 'own');
  assert.equal(await ingress({}, { annotations: { 'kubernetes.io/ingress.class': 'y' } }), undefined);
});

test('RuntimeClass', async () => {
  const plugin = runtimeClass(
    registryOf([
      'runtimeclasses.node.k8s.io',
      make(
        'RuntimeClass',
        { name: 'vm' },
        {
          overhead: { podFixed: { cpu: '250m' } },
          scheduling: { nodeSelector: { vm: 'yes' }, tolerations: [{ key: 'vm', operator: 'Exists' }] },
        },
      ),
    ]),
  );
  const admit = async (spec: Json) => specOf(await run(plugin, { resource: 'pods', object: pod(spec) }));
  const made = await admit({
    runtimeClassName: 'vm',
    nodeSelector: { a: 'b' },
    tolerations: [{ key: 'vm', operator: 'Exists', effect: 'NoSchedule' }],
  });
  assert.deepEqual(
    [made['overhead'], made['nodeSelector'], made['tolerations']],
    [{ cpu: '250m' }, { a: 'b', vm: 'yes' }, [{ key: 'vm', operator: 'Exists' }]],
  );
  await admit({ runtimeClassName: 'vm', overhead: { cpu: '0.25' } });
  await assert.rejects(admit({ runtimeClassName: 'no' }), refused(403, 'pods "p" is forbidden: pod rejected: RuntimeClass "no" not found'));
  await assert.rejects(
    admit({ runtimeClassName: 'vm', overhead: { cpu: '1' } }),
    /Pod's Overhead doesn't match RuntimeClass's defined Overhead/,
  );
  await assert.rejects(admit({ overhead: { cpu: '1' } }), /Pod Overhead set without corresponding RuntimeClass defined Overhead/);
  await assert.rejects(
    admit({ runtimeClassName: 'vm', nodeSelector: { vm: 'no' } }),
    /conflict: runtimeClass.scheduling.nodeSelector\[vm\] = yes; pod.spec.nodeSelector\[vm\] = no/,
  );
});

test('PersistentVolumeClaimResize', async () => {
  const plugin = persistentVolumeClaimResize(
    registryOf(
      ['storageclasses.storage.k8s.io', make('StorageClass', { name: 'grow' }, { allowVolumeExpansion: true })],
      ['storageclasses.storage.k8s.io', make('StorageClass', { name: 'fixed' })],
    ),
  );
  const claim = (storage: string, storageClassName = 'grow', phase = 'Bound') =>
    make(
      'PersistentVolumeClaim',
      { name: 'c', namespace: 'ns' },
      { spec: { storageClassName, resources: { requests: { storage } } }, status: { phase } },
    );
  const update = (object: AnyObject, oldObject: AnyObject) =>
    run(plugin, { resource: 'persistentvolumeclaims', operation: 'UPDATE', object, oldObject });
  await update(claim('2Gi'), claim('1Gi'));
  await update(claim('1Gi', 'fixed'), claim('1024Mi', 'fixed'));
  await assert.rejects(
    update(claim('2Gi', 'fixed'), claim('1Gi', 'fixed')),
    /only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize/,
  );
  await assert.rejects(update(claim('2Gi'), claim('1Gi', 'grow', 'Pending')), /Only bound persistent volume claims can be expanded/);
});

test('PodResizeValidator', async () => {
  const node = (labels: Record<string, string>) =>
    make('Node', { name: 'n', labels }, { status: { allocatable: { cpu: '2', memory: '1Gi' } } });
  const resize = (registry: FakeRegistryReader, requests: Json, generation = 2) =>
    run(podResizeValidator(registry), {
      resource: 'pods/resize',
      operation: 'UPDATE',
      object: pod({ nodeName: 'n', containers: resources(requests) }, { generation }),
      oldObject: pod({ nodeName: 'n' }, { generation: 1 }),
    });
  await resize(registryOf(['nodes', node({})]), { cpu: '2', memory: '1Gi' });
  await assert.rejects(resize(registryOf(['nodes', node({})]), { cpu: '3', memory: '2Gi' }), (e: StatusError) => {
    assert.equal(
      e.message,
      'pods "p" is forbidden: node didn\'t have enough allocatable resources: cpu, requested: 3000, allocatable: 2000; memory, requested: 2147483648, allocatable: 1073741824',
    );
    assert.deepEqual(e.status.details?.causes, [{ reason: 'NodeCapacity' }]);
    return true;
  });
  await assert.rejects(
    resize(registryOf(['nodes', node({ 'kubernetes.io/os': 'windows' })]), {}),
    /pod resize is only supported on linux nodes, node "n" is "windows"/,
  );
  await assert.rejects(resize(registryOf(), {}), /node "n" not found/);
  await resize(registryOf(), {}, 1);
});

test('PodTopologyLabels', async () => {
  const plugin = podTopologyLabels(
    registryOf([
      'nodes',
      make('Node', { name: 'n', labels: { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r', other: 'x' } }),
    ]),
  );
  const binding = await run(plugin, {
    resource: 'pods/binding',
    object: make('Binding', { name: 'p', namespace: 'ns' }, { target: { kind: 'Node', name: 'n' } }),
  });
  assert.deepEqual(binding?.metadata.labels, { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r' });
  assert.deepEqual(
    (await run(plugin, { resource: 'pods', object: pod({ nodeName: 'n' }, { labels: { a: 'b', 'topology.kubernetes.io/zone': 'mine' } }) }))
      ?.metadata.labels,
    { a: 'b', 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r' },
  );
  assert.equal((await run(plugin, { resource: 'pods', object: pod({ nodeName: 'absent' }) }))?.metadata.labels, undefined);
});

test('plugins that are off by default', async () => {
  const pulled = await run(alwaysPullImages, {
    resource: 'pods',
    object: pod({ containers: [{ name: 'c', image: 'i', imagePullPolicy: 'Never' }], volumes: [{ name: 'v', image: { reference: 'r' } }] }),
  });
  assert.deepEqual(specOf(pulled), {
    containers: [{ name: 'c', image: 'i', imagePullPolicy: 'Always' }],
    volumes: [{ name: 'v', image: { reference: 'r', pullPolicy: 'Always' } }],
  });

  const service = (externalIPs: string[]) => make('Service', { name: 's', namespace: 'ns' }, { spec: { externalIPs } });
  await assert.rejects(
    run(denyServiceExternalIPs, { resource: 'services', object: service(['1.2.3.4']) }),
    refused(403, 'services "s" is forbidden: Use of external IPs is denied by admission control'),
  );
  await run(denyServiceExternalIPs, {
    resource: 'services',
    operation: 'UPDATE',
    object: service(['1.2.3.4']),
    oldObject: service(['1.2.3.4', '5.6.7.8']),
  });
  await assert.rejects(
    run(denyServiceExternalIPs, {
      resource: 'services',
      operation: 'UPDATE',
      object: service(['9.9.9.9']),
      oldObject: service(['1.2.3.4']),
    }),
  );

  const gpu = await run(extendedResourceToleration, {
    resource: 'pods',
    object: pod({ containers: resources({ 'example.com/b': '1', 'example.com/a': '1', cpu: '1', 'kubernetes.io/x': '1' }) }),
  });
  assert.deepEqual(
    specOf(gpu)['tolerations'],
    ['example.com/a', 'example.com/b'].map((key) => ({ key, operator: 'Exists', effect: 'NoSchedule' })),
  );

  const selecting = podNodeSelector(
    registryOf([
      'namespaces',
      make('Namespace', { name: 'ns', annotations: { 'scheduler.alpha.kubernetes.io/node-selector': 'env=dev' } }),
    ]),
    { ns: 'env=dev, team=a' },
  );
  assert.deepEqual(specOf(await run(selecting, { resource: 'pods', object: pod({ nodeSelector: { team: 'a' } }) }))['nodeSelector'], {
    env: 'dev',
    team: 'a',
  });
  await assert.rejects(
    run(selecting, { resource: 'pods', object: pod({ nodeSelector: { env: 'prod' } }) }),
    /pod node label selector conflicts with its namespace node label selector/,
  );
  await assert.rejects(
    run(selecting, { resource: 'pods', object: pod({ nodeSelector: { other: 'x' } }) }),
    /pod node label selector labels conflict with its namespace whitelist/,
  );

  const tolerating = podTolerationRestriction({
    registry: registryOf([
      'namespaces',
      make('Namespace', {
        name: 'ns',
        annotations: {
          'scheduler.alpha.kubernetes.io/defaultTolerations': '[{"key":"a","operator":"Exists"}]',
          'scheduler.alpha.kubernetes.io/tolerationsWhitelist':
            '[{"key":"a","operator":"Exists"},{"key":"node.kubernetes.io/memory-pressure","operator":"Exists"}]',
        },
      }),
    ]),
  });
  assert.deepEqual(specOf(await run(tolerating, { resource: 'pods', object: pod() }))['tolerations'], [{ key: 'a', operator: 'Exists' }]);
  assert.deepEqual(
    specOf(await run(tolerating, { resource: 'pods', object: pod({ containers: resources({ cpu: '1' }) }) }))['tolerations'],
    [
      { key: 'a', operator: 'Exists' },
      { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
    ],
  );
  await assert.rejects(
    run(tolerating, { resource: 'pods', object: pod({ tolerations: [{ key: 'b', operator: 'Exists' }] }) }),
    /conflict with its namespace whitelist/,
  );

  const clock = new FakeClock();
  const limited = eventRateLimit([{ type: 'Namespace', qps: 1, burst: 2 }], clock);
  const event = () => run(limited, { resource: 'events', object: make('Event', { name: 'e', namespace: 'ns' }) });
  await event();
  await event();
  await assert.rejects(event(), refused(429, 'limit reached on type Namespace for key ns'));
  await clock.advance(1000);
  await event();
});

test('OwnerReferencesPermissionEnforcement', async () => {
  const asked: string[] = [];
  const plugin = ownerReferencesPermissionEnforcement({
    authorizer: {
      name: 'test',
      authorize: async (r) => {
        asked.push(`${r.verb} ${r.resource}/${r.subresource} ${r.namespace}/${r.name}`);
        return { decision: (r.verb === 'delete' && r.user.name === 'alice') || r.name === 'mine' ? 'allow' : 'no-opinion', reason: 'no' };
      },
    },
    findKind: (apiVersion, kind) =>
      apiVersion === 'apps/v1' && kind === 'ReplicaSet'
        ? [{ group: 'apps', version: 'v1', resource: 'replicasets', namespaced: true }]
        : [],
  });
  const owned = (name: string, blockOwnerDeletion?: boolean, kind = 'ReplicaSet') =>
    pod(
      {},
      {
        ownerReferences: [
          { apiVersion: 'apps/v1', kind, name, uid: name, ...(blockOwnerDeletion !== undefined && { blockOwnerDeletion }) },
        ],
      },
    );
  await run(plugin, { resource: 'pods', object: owned('x') });
  await run(plugin, { resource: 'pods', object: owned('mine', true) });
  assert.deepEqual(asked, ['update */finalizers /*', 'update replicasets/finalizers ns/mine']);
  await assert.rejects(
    run(plugin, { resource: 'pods', object: owned('x', true) }),
    /cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: no, <nil>/,
  );
  await assert.rejects(
    run(plugin, { resource: 'pods', object: owned('x', true, 'Foo') }),
    /cannot find RESTMapping for APIVersion apps\/v1 Kind Foo: no matches for kind "Foo" in version "apps\/v1"/,
  );
  await run(plugin, {
    resource: 'pods',
    operation: 'UPDATE',
    object: owned('x', true),
    oldObject: owned('x', true),
    user: { name: 'bob', groups: [] },
  });
  await assert.rejects(
    run(plugin, { resource: 'pods', operation: 'UPDATE', object: owned('x'), oldObject: pod(), user: { name: 'bob', groups: [] } }),
    /cannot set an ownerRef on a resource you can't delete: no, <nil>/,
  );
});

test('the default plugins, in order; and flags', () => {
  const options = { registry: new FakeRegistryReader(), authorizer: alwaysAllow, clock: new FakeClock(), random: new SeededRandom(1) };
  const names = new AdmissionChain(admissionPlugins(options)).names;
  const upstream = [
    'NamespaceLifecycle',
    'LimitRanger',
    'ServiceAccount',
    'NodeRestriction',
    'TaintNodesByCondition',
    'Priority',
    'DefaultTolerationSeconds',
    'DefaultStorageClass',
    'StorageObjectInUseProtection',
    'RuntimeClass',
    'DefaultIngressClass',
    'PodTopologyLabels',
  ];
  assert.deepEqual(
    names.mutating.filter((n) => upstream.includes(n)),
    upstream,
  );
  const changed = admissionPlugins({ ...options, enable: ['AlwaysPullImages'], disable: ['ServiceAccount'] }).map((p) => p.name);
  assert.ok(changed.includes('AlwaysPullImages') && !changed.includes('ServiceAccount'));
  assert.throws(() => admissionPlugins({ ...options, enable: ['Nonsense'] }), { message: 'unknown admission plugin: "Nonsense"' });
  assert.throws(() => admissionPlugins({ ...options, enable: ['Priority'], disable: ['Priority'] }), /overlapped/);
});
