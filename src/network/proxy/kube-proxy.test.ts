/** The proxy against the real kernel, in network namespaces of its own: what clients see. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Service } from '../../api/core/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import { MetricsRegistry } from '../../base/metrics.ts';
import { endpointSlices, nodes, services } from '../../client/resources.ts';
import { systemConntrack } from '../../host/conntrack.ts';
import { systemNft } from '../../host/nft.ts';
import { FakeContext } from '../testing/fake-context.ts';
import { createLab, eventually, LAB, podIP, type Lab, type Netns } from '../testing/netns.ts';
import { node, service, slice, type EndpointDraft } from '../testing/objects.ts';
import { startKubeProxy, type KubeProxyHandle } from './kube-proxy.ts';

const POD = 3;
let lab: Lab;
let ctx: FakeContext;
let proxy: KubeProxyHandle;
let port = 1000;
const registry = new MetricsRegistry();

const local = (index: number, more: Partial<EndpointDraft> = {}): EndpointDraft => ({ ip: podIP(index), node: 'n1', ...more });
/** Addresses where nothing answers, on another node. */
const remote: EndpointDraft = { ip: '10.244.9.9', node: 'n2' };

before(async () => {
  lab = await createLab('wkp', POD);
  for (let i = 0; i < POD; i++) {
    await lab.pods[i]?.serve('tcp', '0.0.0.0', 8080, `pod${i}`);
    await lab.pods[i]?.serve('udp', '0.0.0.0', 8053, `pod${i}`);
  }
  ctx = new FakeContext();
  ctx.set(nodes, node('n1', { ip: LAB.nodeIP, labels: { 'topology.kubernetes.io/zone': 'a' } }));
  proxy = await startKubeProxy(ctx, {
    nodeName: 'n1',
    clusterCIDRs: ['10.244.0.0/16'],
    minSyncPeriodMs: 1,
    syncPeriodMs: 300,
    registry,
    conntrackLimits: null,
    healthz: { address: '127.0.0.1', port: 0 },
    metrics: { address: '127.0.0.1', port: 0 },
    host: { nft: systemNft(lab.node.run), conntrack: systemConntrack(lab.node.run), listAddresses: () => [] },
  });
});

after(async () => {
  await proxy?.stop();
  await lab?.close();
});

/** Makes a service with an address of its own and waits until the kernel has it. */
async function expose(spec: Draft<Service['spec']>, endpoints: readonly EndpointDraft[], extra: { ingress?: object[] } = {}) {
  const number = port++;
  const ip = `10.96.0.${number - 990}`;
  const name = `default/s${number}`;
  ctx.set(endpointSlices, slice(name, [{ port: 8080 }, { name: 'dns', port: 8053, protocol: 'UDP' }], endpoints));
  const ports = spec.ports ?? [
    { protocol: 'TCP', port: 80 },
    { name: 'dns', protocol: 'UDP', port: 53 },
  ];
  ctx.set(services, service(name, { clusterIP: ip, ...spec, ports }, extra));
  await settled();
  return { ip, name };
}

/** Waits until every change is in the kernel: the last sync ended after the last request for one, and no other follows. */
async function settled(): Promise<void> {
  let last = '';
  for (let still = 0; still < 3; still++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const metric = (name: string) =>
      new RegExp(`^kubeproxy_sync_proxy_rules_${name}{ip_family="IPv4"} (.*)$`, 'm').exec(registry.render())?.[1] ?? '0';
    const now = metric('duration_seconds_count');
    if (now !== last || Number(metric('last_timestamp_seconds')) < Number(metric('last_queued_timestamp_seconds'))) still = -1;
    last = now;
  }
}

async function answers(
  from: Netns | undefined,
  ip: string,
  target = 80,
  count = 12,
  protocol: 'tcp' | 'udp' = 'tcp',
): Promise<Map<string, number>> {
  assert.ok(from);
  const seen = new Map<string, number>();
  for (const reply of await Promise.all(Array.from({ length: count }, () => from.request(protocol, ip, target)))) {
    const who = reply.ok ? (reply.text.split(' ')[0] ?? '') : reply.text;
    seen.set(who, (seen.get(who) ?? 0) + 1);
  }
  return seen;
}

/** What one short try says; for what is expected to be dropped. */
const silence = async (from: Netns | undefined, ip: string, target = 80) =>
  (await from?.request('tcp', ip, target, { timeoutMs: 700 }))?.text;

const who = async (...args: Parameters<typeof answers>): Promise<string> => [...(await answers(...args)).keys()].sort().join(' ');

describe('cluster IP', () => {
  test('reaches every endpoint from a pod and from the node; TCP and UDP', async () => {
    const { ip } = await expose({}, [local(0), local(1)]);
    assert.equal(await who(lab.pods[2], ip, 80, 24), 'pod0 pod1');
    assert.equal(await who(lab.node, ip, 80, 24), 'pod0 pod1');
    assert.equal(await who(lab.pods[2], ip, 53, 24, 'udp'), 'pod0 pod1');
  });

  test('a pod that reaches itself sees another source than itself', async () => {
    const { ip } = await expose({}, [local(0)]);
    const reply = await lab.pods[0]?.request('tcp', ip, 80);
    assert.deepEqual(reply, { ok: true, text: `pod0 ${LAB.gateway}` });
  });

  test('keeps the source of pods and masquerades traffic from outside the cluster', async () => {
    const { ip } = await expose({}, [local(0)]);
    assert.deepEqual(await lab.pods[1]?.request('tcp', ip, 80), { ok: true, text: `pod0 ${podIP(1)}` });
    assert.deepEqual(await lab.outside.request('tcp', ip, 80), { ok: true, text: `pod0 ${LAB.gateway}` });
  });

  test('refuses at once without endpoints, and on a port that is none of the service', async () => {
    const { ip, name } = await expose({}, []);
    assert.equal(await who(lab.pods[0], ip, 80, 2), 'ECONNREFUSED');
    assert.equal(await who(lab.pods[0], ip, 53, 2, 'udp'), 'ECONNREFUSED');
    assert.equal(await who(lab.node, ip, 80, 2), 'ECONNREFUSED');
    assert.equal(await who(lab.pods[0], ip, 81, 2), 'ECONNREFUSED');
    ctx.set(endpointSlices, slice(name, [{ port: 8080 }], [local(1)]));
    await settled();
    assert.equal(await who(lab.pods[0], ip, 80, 4), 'pod1');
    ctx.remove(services, name);
    await settled();
    assert.notEqual(await silence(lab.pods[0], ip), 'pod1');
  });

  test('follows endpoints: not ready, terminating, topology hints, internal policy Local', async () => {
    const { ip, name } = await expose({}, [local(0), local(1, { ready: false })]);
    const update = async (...endpoints: EndpointDraft[]) => {
      ctx.set(endpointSlices, slice(name, [{ port: 8080 }], endpoints));
      await settled();
    };
    assert.equal(await who(lab.pods[2], ip), 'pod0');
    await update(
      local(0, { ready: false, serving: true, terminating: true }),
      local(1, { ready: false, terminating: true, serving: false }),
    );
    assert.equal(await who(lab.pods[2], ip), 'pod0');
    await update(local(0, { zones: ['a'] }), local(1, { zones: ['b'] }));
    assert.equal(await who(lab.pods[2], ip), 'pod0');
    await update(local(0, { zones: ['b'], nodes: ['n2'] }), local(1, { zones: ['b'], nodes: ['n1'] }));
    assert.equal(await who(lab.pods[2], ip), 'pod1');
    const policy = await expose({ internalTrafficPolicy: 'Local' }, [local(2), remote]);
    assert.equal(await who(lab.pods[0], policy.ip), 'pod2');
    const dropped = await expose({ internalTrafficPolicy: 'Local' }, [remote]);
    assert.equal(await silence(lab.pods[0], dropped.ip, 80), 'ETIMEDOUT');
  });

  test('session affinity: a client stays, other clients spread, and it moves on when its endpoint is gone', async () => {
    const spec: Draft<Service['spec']> = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } };
    const { ip, name } = await expose(spec, [local(0), local(1)]);
    const first = await lab.pods[2]?.request('tcp', ip, 80);
    const owner = first?.text.split(' ')[0] ?? '';
    assert.equal(await who(lab.pods[2], ip, 80, 16), owner);
    // Survives the replacement of the table, here because the node moved to another zone.
    ctx.set(nodes, node('n1', { ip: LAB.nodeIP, labels: { 'topology.kubernetes.io/zone': 'z' } }));
    await settled();
    ctx.set(nodes, node('n1', { ip: LAB.nodeIP, labels: { 'topology.kubernetes.io/zone': 'a' } }));
    await settled();
    assert.equal(await who(lab.pods[2], ip, 80, 8), owner);
    const other = owner === 'pod0' ? 1 : 0;
    ctx.set(endpointSlices, slice(name, [{ port: 8080 }], [local(other)]));
    await settled();
    assert.equal(await who(lab.pods[2], ip, 80, 8), `pod${other}`);
    // Without affinity again: both.
    ctx.set(endpointSlices, slice(name, [{ port: 8080 }], [local(0), local(1)]));
    ctx.set(services, service(name, { clusterIP: ip, ports: [{ protocol: 'TCP', port: 80 }] }));
    await settled();
    assert.equal(await who(lab.pods[2], ip, 80, 32), 'pod0 pod1');
    await eventually('chains of the service are deleted', async () => !(await lab.node.sh('nft list chains ip')).includes(name));
  });

  test('affinity ends after its timeout', async () => {
    const spec: Draft<Service['spec']> = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } };
    const { ip, name } = await expose(spec, [local(0)]);
    const remembered = async () => {
      const sets = await systemNft(lab.node.run).timedElements('ip', 'kube-proxy', 'affinity-1-');
      return [...sets].find(([set]) => set.includes(name))?.[1].map((client) => client.value);
    };
    await who(lab.pods[2], ip, 80, 1);
    assert.deepEqual(await remembered(), [podIP(2)]);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    assert.deepEqual(await remembered(), []);
  });
});

describe('node port', () => {
  test('from outside, from a pod, from the node; not on loopback; source is masqueraded under Cluster policy', async () => {
    await expose({ type: 'NodePort', ports: [{ protocol: 'TCP', port: 80, nodePort: 30_080 }] }, [local(0), local(1)]);
    assert.equal(await who(lab.outside, LAB.nodeIP, 30_080, 24), 'pod0 pod1');
    assert.equal(await who(lab.pods[2], LAB.nodeIP, 30_080, 24), 'pod0 pod1');
    assert.equal(await who(lab.node, LAB.nodeIP, 30_080, 24), 'pod0 pod1');
    assert.equal(await who(lab.node, '127.0.0.1', 30_080, 1), 'ECONNREFUSED');
    assert.match((await lab.outside.request('tcp', LAB.nodeIP, 30_080)).text, new RegExp(` ${LAB.gateway}$`));
  });

  test('external policy Local keeps the source and uses local endpoints; pods and the node still reach all', async () => {
    const ports = [{ protocol: 'TCP', port: 80, nodePort: 30_081 }];
    await expose({ type: 'NodePort', externalTrafficPolicy: 'Local', ports }, [local(0), { ...local(1), node: 'n2' }]);
    assert.equal(await who(lab.outside, LAB.nodeIP, 30_081, 12), 'pod0');
    assert.equal((await lab.outside.request('tcp', LAB.nodeIP, 30_081)).text, `pod0 ${LAB.outsideIP}`);
    assert.equal(await who(lab.pods[2], LAB.nodeIP, 30_081, 24), 'pod0 pod1');
    assert.equal(await who(lab.node, LAB.nodeIP, 30_081, 24), 'pod0 pod1');
  });

  test('external policy Local without a local endpoint: dropped from outside, served inside; refused without any endpoint', async () => {
    const ports = [{ protocol: 'TCP', port: 80, nodePort: 30_082 }];
    const { name } = await expose({ type: 'NodePort', externalTrafficPolicy: 'Local', ports }, [{ ...local(0), node: 'n2' }]);
    assert.equal(await silence(lab.outside, LAB.nodeIP, 30_082), 'ETIMEDOUT');
    assert.equal(await who(lab.pods[2], LAB.nodeIP, 30_082, 4), 'pod0');
    ctx.set(endpointSlices, slice(name, [{ port: 8080 }], []));
    await settled();
    assert.equal(await who(lab.outside, LAB.nodeIP, 30_082, 1), 'ECONNREFUSED');
  });

  test('session affinity holds across node port and cluster IP', async () => {
    const spec: Draft<Service['spec']> = {
      type: 'NodePort',
      sessionAffinity: 'ClientIP',
      ports: [{ protocol: 'TCP', port: 80, nodePort: 30_083 }],
    };
    const { ip } = await expose(spec, [local(0), local(1)]);
    const owner = await who(lab.pods[2], ip, 80, 1);
    assert.equal(await who(lab.pods[2], LAB.nodeIP, 30_083, 12), owner);
  });
});

describe('load balancer and external IPs', () => {
  test('external IP and load balancer address; ipMode Proxy is left alone; source ranges', async () => {
    const spec: Draft<Service['spec']> = {
      type: 'LoadBalancer',
      externalIPs: ['198.51.100.7'],
      loadBalancerSourceRanges: [' 192.168.77.0/30', '192.168.77.1/32'],
      ports: [{ protocol: 'TCP', port: 80, nodePort: 30_090 }],
    };
    const ingress = [
      { ip: '203.0.113.5', ipMode: 'VIP' },
      { ip: '203.0.113.6', ipMode: 'Proxy' },
    ];
    await expose(spec, [local(0), local(1)], { ingress });
    assert.equal(await who(lab.outside, '198.51.100.7', 80, 16), 'pod0 pod1');
    assert.equal(await who(lab.outside, '203.0.113.5', 80, 16), 'pod0 pod1');
    assert.doesNotMatch((await silence(lab.outside, '203.0.113.6')) ?? '', /pod/);
    assert.equal(await silence(lab.pods[2], '203.0.113.5', 80), 'ETIMEDOUT');
  });

  test('health check node port tells the number of local ready endpoints', async () => {
    const spec: Draft<Service['spec']> = {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 30_099,
      ports: [{ protocol: 'TCP', port: 80, nodePort: 30_091 }],
    };
    // The proxy's own sockets are in the namespace of this test, so the node's address must be one of it.
    const own = new FakeContext();
    own.set(nodes, node('n1', { ip: '127.0.0.2' }));
    const second = await startKubeProxy(own, {
      nodeName: 'n1',
      nodePortAddresses: ['127.0.0.0/8', '0.0.0.0/0'],
      minSyncPeriodMs: 1,
      conntrackLimits: null,
      healthz: { address: '127.0.0.1', port: 0 },
      metrics: { address: '127.0.0.1', port: 0 },
      host: {
        nft: { apply: async () => {}, countRules: async () => 1, timedElements: async () => new Map() },
        conntrack: systemConntrack(lab.node.run),
      },
    });
    try {
      own.set(services, service('ns/web', { clusterIP: '10.96.0.1', ...spec }));
      own.set(endpointSlices, slice('ns/web', [{ port: 8080 }, { name: 'x', port: 9 }], [local(0), local(1, { ready: false }), remote]));
      const get = () => fetch('http://127.0.0.1:30099/').catch(() => undefined);
      await eventually('health port open', async () => (await get())?.status === 200);
      const response = await get();
      assert.equal(response?.headers.get('x-load-balancing-endpoint-weight'), '1');
      assert.equal(
        await response?.text(),
        '{\n\t"service": {\n\t\t"namespace": "ns",\n\t\t"name": "web"\n\t},\n\t"localEndpoints": 1,\n\t"serviceProxyHealthy": true\n}',
      );
      own.set(endpointSlices, slice('ns/web', [{ port: 8080 }], [remote]));
      await eventually('503 without local endpoints', async () => (await get())?.status === 503);
      own.remove(services, 'ns/web');
      await eventually('health port closed', async () => (await get()) === undefined);
    } finally {
      await second.stop();
    }
  });
});

test('UDP flows of a client that keeps its port move to the new endpoint', async () => {
  const { ip, name } = await expose({}, [local(0)]);
  const ask = () => lab.pods[2]?.request('udp', ip, 53, { localPort: 4053, timeoutMs: 1000 });
  assert.match((await ask())?.text ?? '', /^pod0/);
  ctx.set(endpointSlices, slice(name, [{ port: 8080 }, { name: 'dns', port: 8053, protocol: 'UDP' }], [local(1)]));
  await eventually('answer from the new endpoint', async () => /^pod1/.test((await ask())?.text ?? ''), 15_000);
});

test('health, metrics and mode', async () => {
  const health = await fetch(`http://127.0.0.1:${proxy.healthzPort}/healthz`);
  assert.equal(health.status, 200);
  const body = (await health.json()) as { healthy: boolean; nodeEligible: boolean; status: { IPv4: { healthy: boolean } } };
  assert.deepEqual([body.healthy, body.nodeEligible, body.status.IPv4.healthy], [true, true, true]);
  ctx.set(
    nodes,
    node('n1', {
      ip: LAB.nodeIP,
      labels: { 'topology.kubernetes.io/zone': 'a' },
      taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }],
    }),
  );
  assert.equal((await fetch(`http://127.0.0.1:${proxy.healthzPort}/healthz`)).status, 503);
  assert.equal((await fetch(`http://127.0.0.1:${proxy.healthzPort}/livez`)).status, 200);
  const metrics = await (await fetch(`http://127.0.0.1:${proxy.metricsPort}/metrics`)).text();
  assert.match(metrics, /kubeproxy_sync_proxy_rules_duration_seconds_count\{ip_family="IPv4"\} [1-9]/);
  assert.equal(await (await fetch(`http://127.0.0.1:${proxy.metricsPort}/proxyMode`)).text(), 'nftables');
});

test('a table that somebody removed is written again', async () => {
  const { ip } = await expose({}, [local(0)]);
  await lab.node.sh('nft delete table ip kube-proxy');
  await eventually('service is back', async () => (await silence(lab.pods[1], ip))?.startsWith('pod0') ?? false, 15_000);
});
