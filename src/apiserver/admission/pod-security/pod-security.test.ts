import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { FakeRegistryReader } from '../../registry/fake-reader.ts';
import { podSecurity, type PodSecurityOptions } from '../pod-security.ts';
import { attributesOf, make, pod, type RequestWish } from '../testing.ts';
import { describeViolations, evaluatePod } from './evaluate.ts';
import { DEFAULT_POLICY, describe, policyOf, type Level } from './policy.ts';

type Json = Record<string, unknown>;

/** A pod that the restricted level allows, with changes to its spec and to its first container. */
function restricted(spec: Json = {}, container: Json = {}, metadata: Json = {}): AnyObject {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  return pod(
    {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name: 'a', image: 'i', securityContext, ...container }],
      ...spec,
    },
    metadata,
  );
}
const violations = (object: AnyObject, level: Level, minor?: number) =>
  describeViolations(evaluatePod(object as unknown as Pod, { level, minor }));

// Texts as upstream's server answers them.
const CASES: [what: string, object: AnyObject, level: Level, minor: number | undefined, expected: string][] = [
  ['a plain pod', pod(), 'baseline', undefined, ''],
  ['a good pod', restricted(), 'restricted', undefined, ''],
  [
    'privileged allows all',
    pod({ hostNetwork: true, containers: [{ name: 'a', securityContext: { privileged: true } }] }),
    'privileged',
    undefined,
    '',
  ],
  [
    'a plain pod, restricted',
    pod({ initContainers: [{ name: 'i' }] }),
    'restricted',
    undefined,
    'allowPrivilegeEscalation != false (containers "i", "c" must set securityContext.allowPrivilegeEscalation=false), ' +
      'unrestricted capabilities (containers "i", "c" must set securityContext.capabilities.drop=["ALL"]), ' +
      'runAsNonRoot != true (pod or containers "i", "c" must set securityContext.runAsNonRoot=true), ' +
      'seccompProfile (pod or containers "i", "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ],
  [
    'a plain pod, restricted as of 1.0',
    pod(),
    'restricted',
    0,
    'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
  ],
  [
    'host namespaces',
    pod({ hostNetwork: true, hostPID: true, hostIPC: true }),
    'baseline',
    undefined,
    'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
  ],
  ['hostPath', pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }), 'baseline', undefined, 'hostPath volumes (volume "v")'],
  [
    'hostPath, restricted',
    restricted({
      volumes: [
        { name: 'v', hostPath: { path: '/' } },
        { name: 'w', nfs: {} },
        { name: 'x', emptyDir: {} },
      ],
    }),
    'restricted',
    undefined,
    'restricted volume types (volumes "v", "w" use restricted volume types "hostPath", "nfs")',
  ],
  [
    'host ports',
    pod({ containers: [{ name: 'a', ports: [{ hostPort: 80 }, { hostPort: 8080 }, {}] }] }),
    'baseline',
    undefined,
    'hostPort (container "a" uses hostPorts 80, 8080)',
  ],
  [
    'hosts of probes',
    pod({ containers: [{ name: 'a', livenessProbe: { httpGet: { host: 'h' } }, lifecycle: { preStop: { tcpSocket: { host: 'g' } } } }] }),
    'baseline',
    undefined,
    'probe or lifecycle host (container "a" uses probe or lifecycle hosts "g", "h")',
  ],
  ['hosts of probes before 1.34', pod({ containers: [{ name: 'a', livenessProbe: { httpGet: { host: 'h' } } }] }), 'baseline', 33, ''],
  [
    'privileged',
    pod({ ephemeralContainers: [{ name: 'e', securityContext: { privileged: true } }] }),
    'baseline',
    undefined,
    'privileged (container "e" must not set securityContext.privileged=true)',
  ],
  [
    'capabilities',
    pod({ containers: [{ name: 'a', securityContext: { capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } } }] }),
    'baseline',
    undefined,
    'non-default capabilities (container "a" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
  ],
  [
    'capabilities, restricted',
    restricted(
      {},
      { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['CHOWN', 'NET_BIND_SERVICE'] } } },
    ),
    'restricted',
    undefined,
    'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  [
    'proc mount',
    pod({ containers: [{ name: 'a', securityContext: { procMount: 'Unmasked' } }] }),
    'baseline',
    undefined,
    'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    'proc mount in a user namespace',
    pod({ hostUsers: false, containers: [{ name: 'a', securityContext: { procMount: 'Unmasked' } }] }),
    'baseline',
    undefined,
    '',
  ],
  [
    'SELinux',
    pod({
      securityContext: { seLinuxOptions: { type: 'foo', user: 'u' } },
      containers: [{ name: 'a', securityContext: { seLinuxOptions: { type: 'container_engine_t', role: 'r' } } }],
    }),
    'baseline',
    undefined,
    'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: type "foo"; user may not be set; role may not be set)',
  ],
  [
    'SELinux before 1.31',
    pod({ containers: [{ name: 'a', securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }] }),
    'baseline',
    30,
    'seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: type "container_engine_t")',
  ],
  [
    'AppArmor',
    pod(
      { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
      { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' } },
    ),
    'baseline',
    undefined,
    'forbidden AppArmor profiles (pod and annotation must not set AppArmor profile type to "Unconfined", "container.apparmor.security.beta.kubernetes.io/c="unconfined"")',
  ],
  [
    'seccomp',
    pod({ securityContext: { seccompProfile: { type: 'Unconfined' } } }),
    'baseline',
    undefined,
    'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    'seccomp by annotation',
    pod({}, { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' } }),
    'baseline',
    18,
    'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
  ],
  [
    'sysctls',
    pod({ securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }, { name: 'kernel.msgmax' }] } }),
    'baseline',
    undefined,
    'forbidden sysctls (kernel.msgmax)',
  ],
  [
    'sysctls before 1.32',
    pod({ securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }] } }),
    'baseline',
    31,
    'forbidden sysctls (net.ipv4.tcp_rmem)',
  ],
  [
    'Windows host process',
    pod({ securityContext: { windowsOptions: { hostProcess: true } } }),
    'baseline',
    undefined,
    'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
  ],
  [
    'run as root',
    restricted({ securityContext: { runAsNonRoot: false, runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } } }),
    'restricted',
    undefined,
    'runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set runAsUser=0)',
  ],
  [
    'run as root in a user namespace',
    restricted({ hostUsers: false, securityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } } }),
    'restricted',
    undefined,
    '',
  ],
  ['Windows', pod({ os: { name: 'windows' }, securityContext: { runAsNonRoot: true } }), 'restricted', undefined, ''],
];
test("what the levels forbid, in upstream's words", () => {
  for (const [what, object, level, minor, expected] of CASES) assert.equal(violations(object, level, minor), expected, what);
});

test("a namespace's labels choose the policy", () => {
  const read = (labels: Record<string, string>) => {
    const { policy, errors } = policyOf(
      Object.fromEntries(Object.entries(labels).map(([k, v]) => [`pod-security.kubernetes.io/${k}`, v])),
      DEFAULT_POLICY,
    );
    return [describe(policy.enforce), describe(policy.audit), describe(policy.warn), ...errors.map(String)];
  };
  const p = 'privileged:latest';
  assert.deepEqual(read({}), [p, p, p]);
  assert.deepEqual(read({ enforce: 'baseline' }), ['baseline:latest', p, 'baseline:latest']);
  assert.deepEqual(read({ enforce: 'baseline', 'enforce-version': 'v1.9' }), ['baseline:v1.9', p, 'baseline:v1.9']);
  assert.deepEqual(read({ enforce: 'restricted', warn: 'baseline' }), ['restricted:latest', p, 'baseline:latest']);
  assert.deepEqual(read({ enforce: 'restricted', 'enforce-version': 'v1.9', 'warn-version': 'v1.8' }), [
    'restricted:v1.9',
    p,
    'restricted:v1.8',
  ]);
  assert.deepEqual(read({ enforce: 'x', audit: 'y', 'warn-version': '1.2' }), [
    'restricted:latest',
    p,
    p,
    'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "x": must be one of privileged, baseline, restricted',
    'metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "y": must be one of privileged, baseline, restricted',
    'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"',
  ]);
});

const namespace = (labels: Record<string, string>, name = 'ns') =>
  make('Namespace', { name, labels: Object.fromEntries(Object.entries(labels).map(([k, v]) => [`pod-security.kubernetes.io/${k}`, v])) });

async function ask(labels: Record<string, string>, wish: RequestWish, options: Partial<PodSecurityOptions> = {}) {
  const registry = new FakeRegistryReader();
  registry.put('', 'namespaces', namespace(labels));
  const attributes = attributesOf({ name: wish.object?.metadata.name ?? '', ...wish });
  let error: string | undefined;
  await podSecurity({ registry, ...options })
    .validate?.(attributes)
    .catch((e: Error) => void (error = e.message));
  return { error, warnings: [...attributes.warnings], audit: Object.fromEntries(attributes.auditAnnotations) };
}

const NON_ROOT = 'host namespaces (hostNetwork=true)';
test('enforce, audit, warn', async () => {
  const bad = pod({ hostNetwork: true });
  assert.deepEqual(await ask({}, { resource: 'pods', object: bad }), {
    error: undefined,
    warnings: [],
    audit: { 'pod-security.kubernetes.io/enforce-policy': 'privileged:latest' },
  });
  assert.deepEqual(await ask({ enforce: 'baseline', audit: 'baseline' }, { resource: 'pods', object: bad }), {
    error: `pods "p" is forbidden: violates PodSecurity "baseline:latest": ${NON_ROOT}`,
    warnings: [],
    audit: {
      'pod-security.kubernetes.io/enforce-policy': 'baseline:latest',
      'pod-security.kubernetes.io/audit-violations': `would violate PodSecurity "baseline:latest": ${NON_ROOT}`,
    },
  });
  const warned = await ask({ warn: 'baseline' }, { resource: 'pods', object: bad });
  assert.deepEqual([warned.error, warned.warnings], [undefined, [`would violate PodSecurity "baseline:latest": ${NON_ROOT}`]]);
  const broken = await ask({ enforce: 'nonsense' }, { resource: 'pods', object: pod() });
  assert.match(broken.error ?? '', /violates PodSecurity "restricted:latest"/);
  assert.match(broken.audit['pod-security.kubernetes.io/error'] ?? '', /^Failed to parse policy: /);
});

test('all paths that change a pod are checked, those that do not are not', async () => {
  const bad = pod({ hostNetwork: true });
  const privileged = { ephemeralContainers: [{ name: 'e', image: 'i', securityContext: { privileged: true } }] };
  const update = (resource: string, object: AnyObject, oldObject: AnyObject) =>
    ask({ enforce: 'baseline' }, { resource, operation: 'UPDATE', object, oldObject });
  assert.match((await update('pods/ephemeralcontainers', pod(privileged), pod())).error ?? '', /privileged \(container "e"/);
  assert.equal((await update('pods/ephemeralcontainers', pod(privileged), pod(privileged))).error, undefined);
  assert.equal((await update('pods', bad, bad)).error, undefined, 'nothing new');
  assert.match(
    (await update('pods', pod({ hostNetwork: true, containers: [{ name: 'c', image: 'new' }] }), bad)).error ?? '',
    /host namespaces/,
  );
  assert.equal((await update('pods/status', bad, pod())).error, undefined);
  assert.equal((await ask({ enforce: 'baseline' }, { resource: 'pods/exec', operation: 'CREATE', object: bad })).error, undefined);
});

test('controllers are warned of their templates', async () => {
  const template = { metadata: {}, spec: pod({ hostNetwork: true })['spec'] };
  for (const [resource, spec] of [
    ['deployments.apps', { template }],
    ['cronjobs.batch', { jobTemplate: { spec: { template } } }],
    ['replicationcontrollers', { template }],
  ] as const) {
    const { error, warnings } = await ask(
      { enforce: 'baseline' },
      { resource, object: make('X', { name: 'x', namespace: 'ns' }, { spec }) },
    );
    assert.deepEqual([error, warnings], [undefined, [`would violate PodSecurity "baseline:latest": ${NON_ROOT}`]], resource);
  }
  assert.deepEqual(
    (await ask({ enforce: 'baseline' }, { resource: 'configmaps', object: make('ConfigMap', { name: 'x', namespace: 'ns' }) })).warnings,
    [],
  );
});

test('exemptions', async () => {
  const bad = pod({ hostNetwork: true, runtimeClassName: 'vm' });
  for (const [options, why] of [
    [{ exemptNamespaces: ['ns'] }, 'namespace'],
    [{ exemptUsers: ['alice'] }, 'user'],
    [{ exemptRuntimeClasses: ['vm'] }, 'runtimeClass'],
  ] as const) {
    const { error, audit } = await ask({ enforce: 'baseline' }, { resource: 'pods', object: bad }, options);
    assert.equal(error, undefined);
    assert.equal(audit['pod-security.kubernetes.io/exempt'], why);
  }
});

test('namespaces: labels must be right, and a stricter level tells of pods that are there', async () => {
  const registry = new FakeRegistryReader();
  const owned = (name: string) => pod({ hostNetwork: true }, { name, ownerReferences: [{ uid: 'rs', controller: true }] });
  for (const p of [
    pod({}, { name: 'good' }),
    owned('b'),
    owned('a'),
    owned('c'),
    pod({ hostPID: true, containers: [{ name: 'x', securityContext: { privileged: true } }] }, { name: 'z' }),
  ])
    registry.put('', 'pods', p);
  const update = async (labels: Record<string, string>, old: Record<string, string>) => {
    const attributes = attributesOf({
      resource: 'namespaces',
      operation: 'UPDATE',
      object: namespace(labels),
      oldObject: namespace(old),
      namespace: 'ns',
    });
    await podSecurity({ registry }).validate?.(attributes);
    return [...attributes.warnings];
  };
  assert.deepEqual(await update({ enforce: 'baseline' }, {}), [
    'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest"',
    'a (and 2 other pods): host namespaces',
    'z: host namespaces, privileged',
  ]);
  assert.deepEqual(await update({ enforce: 'baseline' }, { enforce: 'restricted' }), []);
  assert.deepEqual(await update({ enforce: 'privileged' }, { enforce: 'baseline' }), []);
  await assert.rejects(update({ enforce: 'x' }, {}), {
    message:
      'Namespace "ns" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "x": must be one of privileged, baseline, restricted',
  });
  assert.deepEqual(await update({ enforce: 'x' }, { enforce: 'x' }), []);
  const created = await ask(
    {},
    { resource: 'namespaces', object: namespace({ enforce: 'baseline' }, 'ns'), namespace: 'ns' },
    { exemptNamespaces: ['ns'] },
  );
  assert.deepEqual(created.warnings, [
    'namespace "ns" is exempt from Pod Security, and the policy (enforce=baseline:latest) will be ignored',
  ]);
});
