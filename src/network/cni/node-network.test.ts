/** Two nodes on one segment, pods made by the real CNI plugins from the configuration that is written, on the real kernel. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { endpointSlices, nodes, serviceCIDRs, services } from '../../client/resources.ts';
import type { ServiceCIDR } from '../../api/networking/v1.gen.ts';
import { runCommand } from '../../host/command.ts';
import { systemConntrack } from '../../host/conntrack.ts';
import { systemIp } from '../../host/ip.ts';
import { systemNft } from '../../host/nft.ts';
import { fakeSysctl } from '../../host/sysctl.ts';
import { startKubeProxy, type KubeProxyHandle } from '../proxy/kube-proxy.ts';
import { FakeContext } from '../testing/fake-context.ts';
import { eventually, Netns } from '../testing/netns.ts';
import { node, service, slice } from '../testing/objects.ts';
import { startNodeNetwork, type NodeNetworkHandle } from './node-network.ts';
import { startRoutes, type RoutesHandle } from './routes.ts';

const PLUGINS = '/usr/lib/cni';
const CLUSTER = '10.250.0.0/16';
const segment = new Netns('wcni-seg');
const hosts = [new Netns('wcni-n1'), new Netns('wcni-n2')] as const;
const pods = [new Netns('wcni-p1'), new Netns('wcni-p2')] as const;
const all = [segment, ...hosts, ...pods];
const directory = mkdtempSync(join(tmpdir(), 'wherry-cni-'));
const ctx = new FakeContext();
const handles: (NodeNetworkHandle | RoutesHandle | KubeProxyHandle)[] = [];

const cleanUp = async () => {
  for (const ns of all) await runCommand('ip', ['netns', 'del', ns.name]);
};

before(async () => {
  await cleanUp();
  for (const ns of all) {
    assert.equal((await runCommand('ip', ['netns', 'add', ns.name])).code, 0, 'needs root and ip netns');
    await ns.sh('ip link set lo up');
  }
  // The segment has an address outside the cluster; the nodes have no default route.
  await segment.sh(
    'ip link add br0 type bridge && ip addr add 192.168.78.100/24 dev br0 && ip addr add 203.0.113.1/32 dev lo && ip link set br0 up',
  );
  for (const [i, host] of hosts.entries()) {
    await segment.sh(`ip link add v${i} type veth peer name eth0 netns ${host.name} && ip link set v${i} master br0 up`);
    await host.sh(`ip addr add 192.168.78.${i + 1}/24 dev eth0 && ip link set eth0 up && ip route add 203.0.113.1 via 192.168.78.100`);
  }
  const cidr = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes' },
    spec: { cidrs: ['10.97.0.0/16'] },
  };
  ctx.set(serviceCIDRs, cidr as unknown as ServiceCIDR);
  ctx.set(nodes, node('n1', { ip: '192.168.78.1' }), node('n2', { ip: '192.168.78.2', podCIDRs: ['10.250.2.0/24'] }));
});

after(async () => {
  for (const handle of handles) await handle.stop();
  for (const ns of all) ns.close();
  await cleanUp();
  rmSync(directory, { recursive: true, force: true });
});

function start(index: 0 | 1) {
  const host = hosts[index];
  const nodeName = `n${index + 1}`;
  const network = startNodeNetwork(ctx, {
    nodeName,
    clusterCIDRs: [CLUSTER],
    cniConfDir: join(directory, nodeName, 'net.d'),
    ipamDir: join(directory, nodeName, 'ipam'),
    host: { nft: systemNft(host.run), ip: systemIp(host.run), sysctl: sysctlOf(host) },
  });
  handles.push(network, startRoutes(ctx, { nodeName, host: { ip: systemIp(host.run) } }));
  return network;
}

/** The parameters are set by the namespace's own sysctl program: this process is not in it. */
function sysctlOf(host: Netns) {
  const values = new Map([
    ['net/ipv4/ip_forward', '0'],
    ['net/ipv4/conf/all/rp_filter', '1'],
    ['net/bridge/bridge-nf-call-iptables', '0'],
  ]);
  const fake = fakeSysctl(values);
  return {
    get: fake.get,
    set: (name: string, value: string) => {
      fake.set(name, value);
      void host.sh(`sysctl -qw ${name}=${value}`);
    },
  };
}

interface CniResult {
  readonly ips: readonly { readonly address: string }[];
}

/** What a container runtime does with a configuration list. */
async function cni(
  command: 'ADD' | 'DEL',
  host: Netns,
  pod: Netns,
  confDir: string,
  portMappings: object[],
): Promise<CniResult | undefined> {
  const list = JSON.parse(readFileSync(join(confDir, '10-wherry.conflist'), 'utf8')) as {
    cniVersion: string;
    name: string;
    plugins: { type: string; capabilities?: object }[];
  };
  let previous: CniResult | undefined;
  for (const plugin of command === 'ADD' ? list.plugins : [...list.plugins].reverse()) {
    const config = {
      ...plugin,
      cniVersion: list.cniVersion,
      name: list.name,
      ...(plugin.capabilities && { runtimeConfig: { portMappings } }),
      prevResult: previous,
    };
    const env = `CNI_COMMAND=${command} CNI_CONTAINERID=${pod.name} CNI_NETNS=/var/run/netns/${pod.name} CNI_IFNAME=eth0 CNI_PATH=${PLUGINS}`;
    const result = await host.run('sh', ['-c', `${env} ${PLUGINS}/${plugin.type}`], { input: JSON.stringify(config) });
    assert.equal(result.code, 0, `${plugin.type}: ${result.stdout} ${result.stderr}`);
    if (command === 'ADD') previous = JSON.parse(result.stdout) as CniResult;
  }
  return previous;
}

test('a node is set up once it has a pod range; pods reach each other across nodes, the outside and services', async () => {
  const first = start(0);
  const second = start(1);
  await second.ready;
  assert.equal(
    await Promise.race([first.ready.then(() => 'ready'), new Promise((resolve) => setTimeout(() => resolve('waiting'), 100))]),
    'waiting',
  );
  ctx.set(nodes, node('n1', { ip: '192.168.78.1', podCIDRs: ['10.250.1.0/24'] }));
  await first.ready;
  const confDir = (i: number) => join(directory, `n${i + 1}`, 'net.d');
  await eventually('routes', async () => (await hosts[0].sh('ip route show proto 79')).includes('10.250.2.0/24 via 192.168.78.2'));
  await eventually('routes', async () => (await hosts[1].sh('ip route show proto 79')).includes('10.250.1.0/24 via 192.168.78.1'));

  const added = [
    await cni('ADD', hosts[0], pods[0], confDir(0), [{ hostPort: 8088, containerPort: 80, protocol: 'tcp' }]),
    await cni('ADD', hosts[1], pods[1], confDir(1), []),
  ];
  const ips = added.map((result) => result?.ips[0]?.address.split('/')[0] ?? '');
  assert.deepEqual(ips, ['10.250.1.2', '10.250.2.2']);
  for (const [i, pod] of pods.entries()) await pod.serve('tcp', '0.0.0.0', 80, `p${i + 1}`);
  await segment.serve('tcp', '203.0.113.1', 80, 'outside');

  assert.deepEqual(await pods[0].request('tcp', ips[1] ?? '', 80), { ok: true, text: 'p2 10.250.1.2' });
  assert.deepEqual(await pods[1].request('tcp', ips[0] ?? '', 80), { ok: true, text: 'p1 10.250.2.2' });
  assert.deepEqual(await pods[0].request('tcp', '203.0.113.1', 80), { ok: true, text: 'outside 192.168.78.1' });
  assert.deepEqual(await segment.request('tcp', '192.168.78.1', 8088), { ok: true, text: 'p1 192.168.78.100' });

  // A service, on nodes that have no default route.
  const proxy = await startKubeProxy(ctx, {
    nodeName: 'n1',
    clusterCIDRs: [CLUSTER],
    minSyncPeriodMs: 1,
    conntrackLimits: null,
    healthz: null,
    metrics: null,
    host: { nft: systemNft(hosts[0].run), conntrack: systemConntrack(hosts[0].run), listAddresses: () => [] },
  });
  handles.push(proxy);
  ctx.set(
    services,
    service('ns/a', { clusterIP: '10.97.0.1', ports: [{ port: 80 }] }),
    service('ns/b', { clusterIP: '10.97.0.2', ports: [{ port: 80 }] }),
  );
  ctx.set(endpointSlices, slice('ns/a', [{ port: 80 }], [{ ip: ips[1] ?? '' }]));
  await eventually('service', async () => (await pods[0].request('tcp', '10.97.0.1', 80, { timeoutMs: 1000 })).ok, 15_000);
  assert.deepEqual(await hosts[0].request('tcp', '10.97.0.1', 80), { ok: true, text: 'p2 192.168.78.1' });
  assert.deepEqual(await hosts[0].request('tcp', '10.97.0.2', 80), { ok: false, text: 'ECONNREFUSED' });
  assert.deepEqual(await pods[0].request('tcp', '10.97.0.2', 80), { ok: false, text: 'ECONNREFUSED' });

  await cni('DEL', hosts[0], pods[0], confDir(0), [{ hostPort: 8088, containerPort: 80, protocol: 'tcp' }]);
  ctx.remove(nodes, 'n2');
  await eventually('route of the deleted node is gone', async () => !(await hosts[0].sh('ip route show proto 79')).includes('10.250.2.0'));
});
