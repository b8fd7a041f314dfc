/** Differences add up: after any sequence of changes the kernel holds what one full write of the final state would give. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SeededRandom } from '../../base/fake-clock.ts';
import { prefixedRunner, runCommand } from '../../host/command.ts';
import { systemNft } from '../../host/nft.ts';
import { service, slice, type EndpointDraft } from '../testing/objects.ts';
import { BaseRuleset, tableName } from './base-ruleset.ts';
import { endpointsFromSlices } from './endpoint.ts';
import { planService, type ServicePlan } from './plan.ts';
import { servicePorts } from './service-port.ts';
import { ServiceTable } from './service-table.ts';
import type { IpFamily } from '../../base/ip.ts';

const NAMES = ['wst-delta', 'wst-full'];
const runners = NAMES.map((name) => prefixedRunner(['ip', 'netns', 'exec', name]));
const [delta, full] = runners.map((run) => systemNft(run));

const remove = () => Promise.all(NAMES.map((name) => runCommand('ip', ['netns', 'del', name])));
before(async () => {
  await remove();
  for (const name of NAMES) assert.equal((await runCommand('ip', ['netns', 'add', name])).code, 0, 'needs root and ip netns');
});
after(remove);

for (const family of [4, 6] as const) {
  test(`random changes, IPv${family}`, async () => {
    const random = new SeededRandom(family);
    const base = new BaseRuleset({
      family,
      masqueradeAll: false,
      masqueradeBit: 14,
      localDetector: { kind: 'cidrs', cidrs: [family === 4 ? '10.244.0.0/16' : 'fd00:10:244::/56'] },
      nodePortIPs: [family === 4 ? '192.0.2.1' : 'fd00::1'],
      serviceCIDRs: [family === 4 ? '10.96.0.0/16' : 'fd00:10:96::/112'],
    });
    const table = new ServiceTable(tableName(family));
    const apply = async (nft: typeof delta, script: readonly string[]) => nft?.apply(script.map((line) => `${line}\n`));
    await apply(delta, table.fullScript(base, new Map()));
    table.synced(true, 0);
    for (let round = 1; round <= 40; round++) {
      for (let i = 0; i < 1 + random.float() * 4; i++) {
        const key = `ns/s${Math.floor(random.float() * 8)}`;
        table.replace(key, random.float() < 0.2 ? undefined : randomPlan(random, key, family));
      }
      await apply(delta, table.deltaScript(base));
      table.synced(false, round);
      await apply(delta, table.takeStaleChains(round, 3));
    }
    await apply(delta, table.takeStaleChains(1000, 3));
    await apply(full, table.fullScript(base, new Map()));
    assert.equal(await listing(0, family), await listing(1, family));
    for (let i = 0; i < 8; i++) table.replace(`ns/s${i}`, undefined);
    await apply(delta, table.deltaScript(base));
    assert.doesNotMatch(await listing(0, family), /elements = \{(?! 192\.0\.2\.1| fd00::1)/);
  });
}

function randomPlan(random: SeededRandom, key: string, family: IpFamily): ServicePlan {
  const below = (n: number) => Math.floor(random.float() * n);
  const ip = (v4: string, v6: string, n: number) => (family === 4 ? `${v4}.${n}` : `${v6}::${n.toString(16)}`);
  const index = Number(key.slice(4));
  const maybe = random.float() < 0.5;
  const spec = {
    clusterIP: ip('10.96.0', 'fd00:10:96', index + 1),
    ipFamilies: [family === 4 ? 'IPv4' : 'IPv6'],
    type: maybe ? 'LoadBalancer' : 'ClusterIP',
    internalTrafficPolicy: random.float() < 0.3 ? 'Local' : 'Cluster',
    externalTrafficPolicy: random.float() < 0.5 ? 'Local' : 'Cluster',
    sessionAffinity: random.float() < 0.3 ? 'ClientIP' : 'None',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 + below(2) } },
    // Shared by chance with other services: the conflicts are part of the test.
    externalIPs: random.float() < 0.5 ? [ip('198.51.100', 'fd00:9', below(3) + 1)] : [],
    loadBalancerSourceRanges: random.float() < 0.3 ? [family === 4 ? '192.0.2.0/24' : 'fd00::/64'] : [],
    ports: [
      { protocol: 'TCP', port: 80, ...(maybe && { nodePort: 30_000 + below(6) }) },
      { name: 'u', protocol: 'UDP', port: 53 },
      { name: 's', protocol: 'SCTP', port: 9 },
    ],
  };
  const ingress = maybe && random.float() < 0.5 ? [{ ip: ip('203.0.113', 'fd00:8', below(3) + 1) }] : [];
  const endpoints: EndpointDraft[] = Array.from({ length: below(5) }, () => ({
    ip: ip('10.244.0', 'fd00:10:244', below(6) + 1),
    node: random.float() < 0.5 ? 'me' : 'other',
    ready: random.float() < 0.8,
  }));
  const ports = [{ port: 8080 }, { name: 'u', port: 8053, protocol: 'UDP' }, { name: 's', port: 99, protocol: 'SCTP' }];
  const addressType = family === 4 ? 'IPv4' : 'IPv6';
  return planService(
    servicePorts(service(key, spec, { ingress }), family),
    endpointsFromSlices([slice(key, ports, endpoints, { addressType })], family, 'me'),
    {
      family,
      nodeName: 'me',
      zone: '',
      nodeIP: family === 4 ? '192.0.2.1' : 'fd00::1',
    },
  );
}

/** The kernel's table in an order of its own: objects and elements sorted, without containers and chains that are empty and differ only by history. */
async function listing(which: 0 | 1, family: IpFamily): Promise<string> {
  const result = await (runners[which] ?? runCommand)('nft', ['-j', 'list', 'table', family === 4 ? 'ip' : 'ip6', 'kube-proxy']);
  assert.equal(result.code, 0, result.stderr);
  const entries = (
    JSON.parse(result.stdout) as { nftables: Record<string, { name?: string; handle?: number; elem?: unknown[]; chain?: string }>[] }
  ).nftables;
  const used = new Set(
    entries
      .flatMap((e) => e['map']?.elem?.map((x) => JSON.stringify(x)) ?? [])
      .flatMap((text) => [...text.matchAll(/"target": ?"([^"]+)"/g)].map((m) => m[1])),
  );
  const lines: string[] = [];
  for (const entry of entries) {
    const [kind, body] = Object.entries(entry)[0] ?? [];
    if (!kind || !body || kind === 'metainfo' || kind === 'table') continue;
    const name = body.name ?? body.chain ?? '';
    if (/-endpoints-\d+$/.test(name) && !used.has(name)) continue;
    delete body.handle;
    if (body.elem) body.elem = body.elem.map((e) => JSON.stringify(e)).sort();
    lines.push(`${kind} ${name} ${JSON.stringify(body, undefined, 1)}`);
  }
  // Rules of one chain keep their order; the chains and containers do not matter.
  return lines
    .map((line, i) => ({ line, key: line.startsWith('rule') ? `rule ${line.split(' ')[1]} ${String(i).padStart(5, '0')}` : line }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((x) => x.line)
    .join('\n');
}
