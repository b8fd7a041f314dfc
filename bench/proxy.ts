/** Time for the proxy to write many services into nftables, and one more. Own code against upstream's layout (a chain for each service port). Needs root. */
import { runCommand, prefixedRunner } from '../src/host/command.ts';
import { systemNft } from '../src/host/nft.ts';
import { BaseRuleset, tableName } from '../src/network/proxy/base-ruleset.ts';
import { endpointsFromSlices } from '../src/network/proxy/endpoint.ts';
import { planService } from '../src/network/proxy/plan.ts';
import { servicePorts } from '../src/network/proxy/service-port.ts';
import { ServiceTable } from '../src/network/proxy/service-table.ts';
import { service, slice } from '../src/network/testing/objects.ts';

const COUNT = Number(process.argv[2] ?? 10_000);
/** The other layout is quadratic: it is measured smaller. */
const PEER_COUNT = Math.min(COUNT, Number(process.argv[3] ?? 2_000));
const NAMESPACE = 'wherry-bench-proxy';

const run = prefixedRunner(['ip', 'netns', 'exec', NAMESPACE]);
const nft = systemNft(run);
const base = new BaseRuleset({
  family: 4,
  masqueradeAll: false,
  masqueradeBit: 14,
  localDetector: { kind: 'cidrs', cidrs: ['10.244.0.0/16'] },
  nodePortIPs: ['192.0.2.1'],
  serviceCIDRs: ['10.96.0.0/12'],
});

const address = (first: number, n: number) => `${first}.${100 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;

function plan(n: number) {
  const name = `ns/s${n}`;
  const ports = servicePorts(service(name, { clusterIP: address(10, n), ports: [{ port: 80, protocol: 'TCP' }] }), 4);
  const endpoints = endpointsFromSlices([slice(name, [{ port: 8080 }], [{ ip: address(11, n) }, { ip: address(12, n) }])], 4, 'me');
  return planService(ports, endpoints, { family: 4, nodeName: 'me', zone: '', nodeIP: '192.0.2.1' });
}

async function timed(what: string, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  console.log(`${what.padEnd(58)} ${ms.toFixed(0).padStart(7)} ms`);
  return ms;
}

const apply = (script: readonly string[]) => nft.apply(script.map((line) => `${line}\n`));

function upstreamLayout(count: number): string[] {
  const out = ['add table ip peer', 'add map ip peer service-ips { type ipv4_addr . inet_proto . inet_service : verdict ; }'];
  for (let n = 0; n < count; n++) {
    out.push(`add chain ip peer service-${n}`);
    out.push(
      `add rule ip peer service-${n} meta l4proto tcp dnat ip addr . port to numgen random mod 2 map { 0 : ${address(11, n)} . 8080 , 1 : ${address(12, n)} . 8080 }`,
    );
    out.push(`add element ip peer service-ips { ${address(10, n)} . tcp . 80 : goto service-${n} }`);
  }
  out.push(
    'add chain ip peer nat-output { type nat hook output priority -100 ; }',
    'add rule ip peer nat-output ip daddr . meta l4proto . th dport vmap @service-ips',
  );
  return out;
}

await runCommand('ip', ['netns', 'add', NAMESPACE]);
try {
  const table = new ServiceTable(tableName(4));
  await timed(`plan ${COUNT} services`, async () => {
    for (let n = 0; n < COUNT; n++) table.replace(`ns/s${n}`, plan(n));
  });
  await timed(`write ${COUNT} services, two endpoints each`, async () => apply(table.fullScript(base, new Map())));
  table.synced(true, 0);
  await timed('one more', async () => {
    table.replace('ns/more', plan(COUNT));
    await apply(table.deltaScript(base));
  });
  table.synced(false, 0);
  await timed('the same again: replace the whole table', async () => apply(table.fullScript(base, new Map())));
  await timed('check that the table is there', async () => apply(['flush chain ip kube-proxy liveness']));
  await nft.apply(['delete table ip kube-proxy\n']);
  const small = new ServiceTable(tableName(4));
  for (let n = 0; n < PEER_COUNT; n++) small.replace(`ns/s${n}`, plan(n));
  const ours = await timed(`write ${PEER_COUNT} services`, async () => apply(small.fullScript(base, new Map())));
  const theirs = await timed(`the same as a chain for each service (upstream's layout)`, async () => apply(upstreamLayout(PEER_COUNT)));
  console.log(`ratio ${(theirs / ours).toFixed(1)} : 1`);
} finally {
  await runCommand('ip', ['netns', 'del', NAMESPACE]);
}
