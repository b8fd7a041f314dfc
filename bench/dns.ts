/** Answers a second of the DNS server on one core, for names of the cluster: `node bench/dns.ts [seconds]`. The asking process takes a second core. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import { namespaces, endpointSlices, services } from '../src/client/resources.ts';
import { startDns } from '../src/network/dns/dns.ts';
import { TYPE } from '../src/network/dns/message/constants.ts';
import { encodeName } from '../src/network/dns/message/name.ts';
import { FakeContext } from '../src/network/testing/fake-context.ts';
import { namespace, service, slice } from '../src/network/testing/objects.ts';

const SERVICES = 10_000;
const OUTSTANDING = 200;
const SECONDS = Number(process.argv[2] ?? 4);

function query(name: string, id: number): Buffer {
  return Buffer.concat([Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), encodeName(name), Buffer.from([0, TYPE.A, 0, 1])]);
}

/** Keeps a number of questions under way and counts the answers. */
async function client(port: number, kind: string): Promise<void> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 4 << 20,
    lookup: ((h: string, _: unknown, cb: (e: null, a: string, f: number) => void) => cb(null, h, 4)) as never,
  });
  const suffix = kind === 'search' ? '.example.com.default.svc.cluster.local' : '.default.svc.cluster.local';
  const queries = Array.from({ length: 4096 }, (_, i) => query(`s${(i * 7) % SERVICES}${suffix}`, i));
  const sent = new Float64Array(65_536);
  const latencies: number[] = [];
  let next = 0;
  let answered = 0;
  const send = () => {
    const index = next++ % queries.length;
    sent[index] = performance.now();
    socket.send(queries[index] ?? Buffer.alloc(0), port, '127.0.0.1');
  };
  socket.on('message', (message) => {
    answered++;
    if (answered % 16 === 0) latencies.push(performance.now() - (sent[message.readUInt16BE(0)] ?? 0));
    send();
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  for (let i = 0; i < OUTSTANDING; i++) send();
  // What got lost is made up for.
  let last = 0;
  const refill = setInterval(() => {
    if (answered === last) for (let i = 0; i < OUTSTANDING; i++) send();
    last = answered;
  }, 50);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const from = answered;
  const begin = performance.now();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  const rate = (answered - from) / ((performance.now() - begin) / 1000);
  clearInterval(refill);
  latencies.sort((a, b) => a - b);
  const at = (share: number) => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2);
  console.log(
    `${kind.padEnd(10)} ${Math.round(rate)} answers/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms with ${OUTSTANDING} questions under way`,
  );
  socket.close();
}

function inOtherProcess(port: number, kind: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), String(SECONDS), String(port), kind], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', () => resolve());
  });
}

if (process.argv[3]) {
  await client(Number(process.argv[3]), process.argv[4] ?? 'service');
} else {
  const ctx = new FakeContext();
  ctx.set(namespaces, namespace('default'));
  for (let i = 0; i < SERVICES; i++) {
    ctx.set(services, service(`default/s${i}`, { clusterIP: `10.96.${i >> 8}.${i & 255}`, ports: [{ name: 'http', port: 80 }] }));
  }
  ctx.set(endpointSlices, slice('default/s0', [{ name: 'http', port: 80 }], [{ ip: '10.244.0.1' }]));
  // The fake informer looks through all objects for an index; a real one does not.
  ctx.informers.informer(endpointSlices).lister.byIndex = () => [];
  const dns = await startDns(ctx, { listen: [{ address: '127.0.0.1', port: 0 }], upstreams: [] });
  await dns.ready;
  for (const kind of ['service', 'search']) {
    const before = process.cpuUsage();
    const begin = performance.now();
    await inOtherProcess(dns.addresses[0]?.port ?? 0, kind);
    const used = process.cpuUsage(before);
    console.log(`           server: ${Math.round((used.user + used.system) / 10 / (performance.now() - begin))} % of a core`);
  }
  await dns.stop();
}
