/** Policies against the real kernel: which connections between pods, the node and the outside come about. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { NetworkPolicy, NetworkPolicySpec } from '../../api/networking/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import { endpointSlices, namespaces, networkPolicies, pods, services } from '../../client/resources.ts';
import { systemNft } from '../../host/nft.ts';
import { FakeContext } from '../testing/fake-context.ts';
import { createLab, LAB, podIP, type Lab, type Netns } from '../testing/netns.ts';
import { namespace, pod, service, slice } from '../testing/objects.ts';
import { startNetworkPolicy, type NetworkPolicyHandle } from './network-policy.ts';

let lab: Lab;
const ctx = new FakeContext();
let handle: NetworkPolicyHandle;
const names: string[] = [];

before(async () => {
  lab = await createLab('wnp', 3);
  for (const ns of [...lab.pods, lab.outside, lab.node]) {
    for (const port of [80, 81, 8080]) await ns.serve('tcp', '0.0.0.0', port, 'up');
    await ns.serve('udp', '0.0.0.0', 53, 'up');
  }
  await lab.node.serve('udp', LAB.nodeIP, 10_053, 'dns');
  ctx.set(namespaces, namespace('a', { team: 'blue' }), namespace('b', { team: 'red' }), namespace('kube-system'));
  const ports = [{ name: 'web', containerPort: 80, protocol: 'TCP' }];
  ctx.set(
    pods,
    pod('a/server', podIP(0), { labels: { app: 'server' }, node: 'me', ports }),
    pod('a/friend', podIP(1), { labels: { app: 'friend' }, node: 'me', ports: [{ name: 'web', containerPort: 8080, protocol: 'TCP' }] }),
    pod('b/stranger', podIP(2), { labels: { app: 'stranger' }, node: 'me' }),
  );
  ctx.set(services, service('kube-system/kube-dns', { clusterIP: '10.96.0.10', ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] }));
  ctx.set(
    endpointSlices,
    slice('kube-system/kube-dns', [{ name: 'dns', port: 10_053, protocol: 'UDP' }], [{ ip: LAB.nodeIP, node: 'me' }]),
  );
  handle = startNetworkPolicy(ctx, { nodeName: 'me', host: { nft: systemNft(lab.node.run) } });
});

after(async () => {
  await handle?.stop();
  await lab?.close();
});

beforeEach(async () => {
  for (const name of names.splice(0)) ctx.remove(networkPolicies, name);
  await settle();
});

const settle = () => new Promise((resolve) => setTimeout(resolve, 150));

/** `spec.podSelector` is the server's unless given. */
async function apply(name: string, spec: Draft<NetworkPolicySpec>): Promise<void> {
  names.push(`a/${name}`);
  const full = {
    podSelector: { matchLabels: { app: 'server' } },
    policyTypes: [...(spec.egress ? ['Egress'] : []), ...(spec.ingress ? ['Ingress'] : [])],
    ...spec,
  };
  ctx.set(networkPolicies, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: 'a', name, uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: full,
  } as NetworkPolicy);
  await settle();
}

const reaches = async (from: Netns | undefined, ip: string, port = 80, protocol: 'tcp' | 'udp' = 'tcp') =>
  (await from?.request(protocol, ip, port, { timeoutMs: 400 }))?.ok ?? false;

/** Who reaches the server: f(riend), s(tranger), o(utside), n(ode), and the server i(tself). */
async function callers(port = 80, protocol: 'tcp' | 'udp' = 'tcp'): Promise<string> {
  const from: [string, Netns | undefined][] = [
    ['f', lab.pods[1]],
    ['s', lab.pods[2]],
    ['o', lab.outside],
    ['n', lab.node],
    ['i', lab.pods[0]],
  ];
  const results = await Promise.all(from.map(async ([name, ns]) => ((await reaches(ns, podIP(0), port, protocol)) ? name : '')));
  return results.join('');
}

/** Whom the server reaches: f, s, o, n(ode). */
async function callees(port = 80, protocol: 'tcp' | 'udp' = 'tcp'): Promise<string> {
  const to: [string, string][] = [
    ['f', podIP(1)],
    ['s', podIP(2)],
    ['o', LAB.outsideIP],
    ['n', LAB.nodeIP],
  ];
  const results = await Promise.all(to.map(async ([name, ip]) => ((await reaches(lab.pods[0], ip, port, protocol)) ? name : '')));
  return results.join('');
}

/** Rules follow changes a moment later, and a busy machine makes tries time out: what counts is where it settles. */
async function expectSame<T>(look: () => Promise<T>, expected: T): Promise<void> {
  let seen: T | undefined;
  for (let i = 0; i < 12 && (seen = await look()) !== expected; i++) await settle();
  assert.equal(seen, expected);
}

test('without a policy everybody reaches everybody', async () => {
  await expectSame(() => callers(), 'fsoni');
  await expectSame(() => callees(), 'fson');
});

test('a policy without rules isolates; the node and the pod itself are never cut off', async () => {
  await apply('deny', { ingress: [] });
  await expectSame(() => callers(), 'ni');
  await expectSame(() => callees(), 'fson');
  await apply('deny', { ingress: [], egress: [] });
  await expectSame(() => callees(), '');
  assert.equal(await reaches(lab.pods[1], podIP(2)), true);
});

test('an empty rule allows all; policies add up', async () => {
  await apply('deny', { ingress: [], podSelector: {} });
  await apply('allow', { ingress: [{}] });
  await expectSame(() => callers(), 'fsoni');
  assert.equal(await reaches(lab.pods[2], podIP(1)), false);
});

test('pod selector, namespace selector, both together', async () => {
  await apply('p', { ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }] });
  await expectSame(() => callers(), 'fni');
  await apply('p', { ingress: [{ from: [{ podSelector: { matchLabels: { app: 'stranger' } } }] }] });
  await expectSame(() => callers(), 'ni');
  await apply('p', { ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'red' } } }] }] });
  await expectSame(() => callers(), 'sni');
  await apply('p', { ingress: [{ from: [{ namespaceSelector: {} }] }] });
  await expectSame(() => callers(), 'fsni');
  const both = {
    namespaceSelector: { matchLabels: { team: 'red' } },
    podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['stranger'] }] },
  };
  await apply('p', { ingress: [{ from: [both] }] });
  await expectSame(() => callers(), 'ni');
  await apply('p', { ingress: [{ from: [both, { podSelector: {} }] }] });
  await expectSame(() => callers(), 'fni');
});

test('blocks with exceptions', async () => {
  await apply('b', { ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0', except: [`${podIP(2)}/32`, '10.244.0.0/29'] } }] }] });
  await expectSame(() => callers(), 'foni');
  await apply('b', { ingress: [{ from: [{ ipBlock: { cidr: '192.168.77.0/24' } }, { ipBlock: { cidr: 'fd00::/8' } }] }] });
  await expectSame(() => callers(), 'oni');
  await apply('b', { egress: [{ to: [{ ipBlock: { cidr: `${LAB.outsideIP}/32` } }] }] });
  await expectSame(() => callees(), 'o');
});

test('ports: numbers, ranges, protocols, names', async () => {
  await apply('ports', {
    ingress: [
      {
        ports: [
          { protocol: 'TCP', port: 81 },
          { protocol: 'TCP', port: 8000, endPort: 9000 },
          { protocol: 'TCP', port: 8500 },
        ],
      },
    ],
  });
  await expectSame(
    async () => [await callers(80), await callers(81), await callers(8080), await callers(53, 'udp')].join(),
    ['ni', 'fsoni', 'fsoni', 'ni'].join(),
  );
  await apply('ports', { ingress: [{ ports: [{ protocol: 'UDP' }], from: [{ podSelector: {} }] }] });
  await expectSame(async () => [await callers(80), await callers(53, 'udp')].join(), ['ni', 'fni'].join());
  await apply('ports', { ingress: [{ ports: [{ protocol: 'TCP', port: 'web' }] }] });
  await expectSame(async () => [await callers(80), await callers(8080)].join(), ['fsoni', 'ni'].join());
  await apply('ports', { egress: [{ ports: [{ protocol: 'TCP', port: 'web' }] }] });
  await expectSame(async () => [await callees(80), await callees(8080)].join(), ['', 'f'].join());
  await apply('ports', { egress: [{ to: [{ podSelector: {} }], ports: [{ protocol: 'TCP', port: 80 }] }] });
  await expectSame(async () => [await callees(80), await callees(81)].join(), ['f', ''].join());
});

test('sender and receiver must both agree', async () => {
  await apply('out', { egress: [{ to: [{ podSelector: { matchLabels: { app: 'friend' } } }] }] });
  await apply('in', { podSelector: { matchLabels: { app: 'friend' } }, ingress: [] });
  await expectSame(() => callees(), '');
  await apply('in', {
    podSelector: { matchLabels: { app: 'friend' } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'server' } } }] }],
  });
  await expectSame(() => callees(), 'f');
});

test("the node's DNS server counts as the pods that guides tell to allow", async () => {
  const dns = () => reaches(lab.pods[0], LAB.nodeIP, 10_053, 'udp');
  await apply('d', { egress: [] });
  await expectSame(dns, false);
  const kubeDns = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  };
  await apply('d', { egress: [{ to: [kubeDns], ports: [{ protocol: 'UDP', port: 53 }] }] });
  await expectSame(dns, true);
  await expectSame(() => callees(), '');
  await apply('d', { egress: [{ ports: [{ protocol: 'UDP', port: 53 }] }] });
  await expectSame(dns, true);
  await apply('d', { egress: [{ ports: [{ protocol: 'UDP', port: 54 }] }] });
  await expectSame(dns, false);
});

test('pods that come, change and go', async () => {
  await apply('p', { ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }] });
  ctx.set(pods, pod('a/friend', podIP(1), { labels: { app: 'other' }, node: 'me' }));
  await settle();
  await expectSame(() => callers(), 'ni');
  ctx.set(pods, pod('a/late', podIP(1), { labels: { app: 'friend' }, node: 'elsewhere' }));
  await settle();
  await expectSame(() => callers(), 'fni');
  ctx.set(pods, pod('a/late', podIP(1), { labels: { app: 'friend' }, node: 'elsewhere', phase: 'Succeeded' }));
  await settle();
  await expectSame(() => callers(), 'ni');
  ctx.remove(pods, 'a/late');
  ctx.set(pods, pod('a/friend', podIP(1), { labels: { app: 'friend' }, node: 'me' }));
  await settle();
  await expectSame(() => callers(), 'fni');
});

test('a table that somebody removed comes back with the next change', async () => {
  await apply('p', { ingress: [] });
  await lab.node.sh('nft delete table ip wherry-policy');
  await expectSame(() => callers(), 'fsoni');
  ctx.set(pods, pod('b/another', '10.244.0.99', { node: 'me' }));
  await expectSame(() => callers(), 'ni');
});
