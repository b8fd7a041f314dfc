/** The server as clients see it: c-ares (node:dns) for ordinary questions, raw messages for the others. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { endpointSlices, namespaces, services } from '../../client/resources.ts';
import { bindUdp, type UdpSocket } from '../../host/udp-socket.ts';
import { serveFrames, type FrameServer } from '../../host/tcp-frames.ts';
import { FakeContext } from '../testing/fake-context.ts';
import { eventually } from '../testing/netns.ts';
import { namespace, service, slice } from '../testing/objects.ts';
import { startDns, type DnsHandle } from './dns.ts';
import { CLASS_IN, FLAG, RCODE, TYPE } from './message/constants.ts';
import { encodeName } from './message/name.ts';
import { parseQuery } from './message/query.ts';
import { encodeRecords } from './message/records.ts';
import { encodeResponse } from './message/response.ts';

const ctx = new FakeContext();
const resolver = new Resolver({ timeout: 5000, tries: 1 });
let dns: DnsHandle;
let upstreamUdp: UdpSocket;
let upstreamTcp: FrameServer;
/** Questions that reached upstream, as `name type`. */
const asked: string[] = [];
let port = 0;

before(async () => {
  const answer = (message: Buffer, tcp: boolean): Buffer | undefined => {
    const query = parseQuery(message);
    if (query === 'drop' || 'rcode' in query) return undefined;
    asked.push(`${query.name} ${query.type}`);
    return upstreamAnswer(query, tcp);
  };
  upstreamUdp = await bindUdp('127.0.0.1', 0, (message, peer) => {
    const out = answer(message, false);
    if (!out) return;
    // Others answer first: a wrong identity, a wrong question. Neither may be taken.
    const forged = Buffer.from(out);
    forged.writeUInt16BE((out.readUInt16BE(0) + 1) & 0xffff, 0);
    upstreamUdp.send(forged, peer);
    upstreamUdp.send(Buffer.concat([out.subarray(0, 12), encodeName('evil.example'), Buffer.from([0, 1, 0, 1])]), peer);
    upstreamUdp.send(out, peer);
  });
  upstreamTcp = await serveFrames({
    address: '127.0.0.1',
    port: upstreamUdp.port,
    maxConnections: 10,
    idleMs: 2000,
    maxPending: 4,
    onFrame: (frame, _, reply) => reply(answer(frame, true)),
  });
  fill();
  dns = await startDns(ctx, {
    listen: [{ address: '127.0.0.1', port: 0 }],
    serviceIPs: ['10.96.0.10'],
    upstreams: [`127.0.0.1:${upstreamUdp.port}`],
    http: { address: '127.0.0.1', port: 0 },
  });
  await dns.ready;
  port = dns.addresses[0]?.port ?? 0;
  resolver.setServers([`127.0.0.1:${port}`]);
});

after(async () => {
  await dns?.stop();
  await upstreamUdp?.close();
  await upstreamTcp?.close();
});

function upstreamAnswer(query: Exclude<ReturnType<typeof parseQuery>, 'drop' | { rcode: number }>, tcp: boolean): Buffer {
  if ('rcode' in query) throw new Error('not a query');
  const name = query.name ?? '';
  const address = (last: number) => ({
    type: TYPE.A,
    ttl: 60,
    data: { kind: 'bytes' as const, bytes: Uint8Array.from([192, 0, 2, last]) },
  });
  if (name === 'missing.example') {
    const soa = Buffer.concat([encodeName('ns.example'), encodeName('root.example'), Buffer.alloc(16), Buffer.from([0, 0, 0, 20])]);
    const records = encodeRecords(name, [], [{ name: 'example', type: TYPE.SOA, ttl: 60, data: { kind: 'bytes', bytes: soa } }]);
    return encodeResponse(query, { rcode: RCODE.NXDOMAIN, authoritative: true, records }, tcp);
  }
  if (name === 'big.example') {
    const records = encodeRecords(
      name,
      Array.from({ length: 200 }, (_, i) => address(i)),
    );
    return encodeResponse(query, { rcode: RCODE.NOERROR, authoritative: true, records }, tcp);
  }
  const alias = { type: TYPE.CNAME, ttl: 60, data: { kind: 'name' as const, target: 'real.example' } };
  const records =
    name === 'www.example' ? encodeRecords(name, [alias, { ...address(7), name: 'real.example' }]) : encodeRecords(name, [address(1)]);
  return encodeResponse(query, { rcode: RCODE.NOERROR, authoritative: true, records }, tcp);
}

function fill(): void {
  ctx.set(namespaces, namespace('default'), namespace('kube-system'));
  ctx.set(
    services,
    service('default/web', {
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1', 'fd00:96::1'],
      ports: [
        { name: 'http', port: 80, protocol: 'TCP' },
        { name: 'dns', port: 53, protocol: 'UDP' },
      ],
    }),
    service('default/db', { clusterIP: 'None', ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }] }),
    service('default/empty', { clusterIP: 'None', ports: [{ name: 'x', port: 1 }] }),
    service('default/noports', { clusterIP: 'None' }),
    service('default/ext', { type: 'ExternalName', externalName: 'www.example' }),
    service('default/alias', { type: 'ExternalName', externalName: 'Web.default.svc.cluster.local.' }),
    service('default/loop1', { type: 'ExternalName', externalName: 'loop2.default.svc.cluster.local' }),
    service('default/loop2', { type: 'ExternalName', externalName: 'loop1.default.svc.cluster.local' }),
    service('default/many', { clusterIP: 'None', ports: [{ port: 80 }] }),
  );
  ctx.set(
    endpointSlices,
    slice('default/web', [{ name: 'http', port: 8080 }], [{ ip: '10.244.0.9' }]),
    slice(
      'default/db',
      [{ name: 'sql', port: 5432 }],
      [{ ip: '10.244.0.5', hostname: 'db-0' }, { ip: '10.244.0.6' }, { ip: '10.244.0.7', ready: false }],
    ),
    slice('default/noports', [], [{ ip: '10.244.0.8', hostname: 'only' }]),
    slice('default/db', [{ name: 'sql', port: 5432 }], [{ ip: 'fd00::5', hostname: 'db-0' }], { name: 'db-v6' }),
    slice(
      'default/many',
      [{ port: 80 }],
      Array.from({ length: 120 }, (_, i) => ({ ip: `10.245.0.${i}` })),
    ),
  );
}

const code = (promise: Promise<unknown>) => promise.then(String, (error: NodeJS.ErrnoException) => error.code);

describe('services', () => {
  test('cluster IP: both families, ports, version, PTR', async () => {
    assert.deepEqual(await resolver.resolve4('web.default.svc.cluster.local', { ttl: true }), [{ address: '10.96.0.1', ttl: 30 }]);
    assert.deepEqual(await resolver.resolve6('WEB.default.svc.Cluster.Local'), ['fd00:96::1']);
    const [srv] = await resolver.resolveSrv('_http._tcp.web.default.svc.cluster.local');
    assert.deepEqual([srv?.name, srv?.port, srv?.priority, srv?.weight], ['web.default.svc.cluster.local', 80, 0, 50]);
    assert.deepEqual(
      (await resolver.resolveSrv('web.default.svc.cluster.local')).map((srv) => srv.port).sort((a, b) => a - b),
      [53, 80],
    );
    assert.deepEqual(await resolver.resolve4('_dns._udp.web.default.svc.cluster.local'), ['10.96.0.1']);
    assert.deepEqual(await resolver.resolveTxt('dns-version.cluster.local'), [['1.1.0']]);
    assert.deepEqual(await resolver.reverse('10.96.0.1'), ['web.default.svc.cluster.local']);
    assert.deepEqual(await resolver.reverse('fd00:96::1'), ['web.default.svc.cluster.local']);
    assert.deepEqual(await resolver.resolve4('10-244-0-9.web.default.svc.cluster.local'), ['10.244.0.9']);
  });

  test('headless: ready endpoints, hostnames, ports, PTR', async () => {
    assert.deepEqual((await resolver.resolve4('db.default.svc.cluster.local')).sort(), ['10.244.0.5', '10.244.0.6']);
    assert.deepEqual(await resolver.resolve4('db-0.db.default.svc.cluster.local'), ['10.244.0.5']);
    assert.deepEqual(await resolver.resolve6('db-0.db.default.svc.cluster.local'), ['fd00::5']);
    assert.deepEqual(await resolver.resolve4('10-244-0-6.db.default.svc.cluster.local'), ['10.244.0.6']);
    const srv = await resolver.resolveSrv('_sql._tcp.db.default.svc.cluster.local');
    assert.deepEqual(srv.map((s) => `${s.name} ${s.port}`).sort(), [
      '10-244-0-6.db.default.svc.cluster.local 5432',
      'db-0.db.default.svc.cluster.local 5432',
    ]);
    assert.deepEqual(await resolver.reverse('10.244.0.5'), ['db-0.db.default.svc.cluster.local']);
    assert.deepEqual(await resolver.resolve4('only.noports.default.svc.cluster.local'), ['10.244.0.8']);
    assert.equal(await code(resolver.resolveSrv('noports.default.svc.cluster.local')), 'ENODATA');
  });

  test('names that exist have no data of other types; names that do not exist are NXDOMAIN', async () => {
    const name = 'default.svc.cluster.local';
    for (const [what, expected] of [
      [resolver.resolve6(`many.${name}`), 'ENODATA'],
      [resolver.resolveMx(`web.${name}`), 'ENODATA'],
      [resolver.resolve4(`empty.${name}`), 'ENOTFOUND'],
      [resolver.resolve4(`_tcp.web.${name}`), 'ENODATA'],
      [resolver.resolve4(name), 'ENODATA'],
      [resolver.resolve4('svc.cluster.local'), 'ENODATA'],
      [resolver.resolve4('cluster.local'), 'ENODATA'],
      [resolver.resolve4(`nothing.${name}`), 'ENOTFOUND'],
      [resolver.resolve4(`x.web.${name}`), 'ENOTFOUND'],
      [resolver.resolve4(`_x._tcp.web.${name}`), 'ENOTFOUND'],
      [resolver.resolve4(`*.${name}`), 'ENOTFOUND'],
      [resolver.resolve4('web.other.svc.cluster.local'), 'ENOTFOUND'],
      [resolver.resolve4('other.svc.cluster.local'), 'ENOTFOUND'],
      [resolver.resolve4('www.google.com.default.svc.cluster.local'), 'ENOTFOUND'],
      [resolver.resolve4(`a.b.c.web.${name}`), 'ENOTFOUND'],
    ] as const) {
      assert.equal(await code(what), expected);
    }
    assert.deepEqual((await resolver.resolveSoa('cluster.local')).hostmaster, 'hostmaster.cluster.local');
    assert.deepEqual(await resolver.resolveNs('cluster.local'), ['ns.dns.cluster.local']);
    assert.deepEqual(await resolver.resolve4('ns.dns.cluster.local'), ['10.96.0.10']);
  });

  test('pods', async () => {
    assert.deepEqual(await resolver.resolve4('1-2-3-4.default.pod.cluster.local'), ['1.2.3.4']);
    assert.deepEqual(await resolver.resolve6('fd00--7.default.pod.cluster.local'), ['fd00::7']);
    assert.equal(await code(resolver.resolve4('1-2-3-999.default.pod.cluster.local')), 'ENOTFOUND');
    assert.equal(await code(resolver.resolve4('1-2-3-4.nowhere.pod.cluster.local')), 'ENOTFOUND');
    assert.equal(await code(resolver.resolve4('default.pod.cluster.local')), 'ENODATA');
  });

  test('external names: CNAME, its target in and outside the cluster, loops', async () => {
    assert.deepEqual(await resolver.resolveCname('ext.default.svc.cluster.local'), ['www.example']);
    assert.deepEqual(await resolver.resolve4('ext.default.svc.cluster.local'), ['192.0.2.7']);
    assert.deepEqual(await resolver.resolve4('alias.default.svc.cluster.local'), ['10.96.0.1']);
    assert.equal(await code(resolver.resolve4('loop1.default.svc.cluster.local')), 'ESERVFAIL');
  });

  test('changes show at once', async () => {
    ctx.set(services, service('default/new', { clusterIP: '10.96.0.77', ports: [{ port: 80 }] }));
    assert.deepEqual(await resolver.resolve4('new.default.svc.cluster.local'), ['10.96.0.77']);
    ctx.set(services, service('default/new', { clusterIP: '10.96.0.78', ports: [{ port: 80 }] }));
    assert.deepEqual(await resolver.resolve4('new.default.svc.cluster.local'), ['10.96.0.78']);
    ctx.remove(services, 'default/new');
    assert.equal(await code(resolver.resolve4('new.default.svc.cluster.local')), 'ENOTFOUND');
  });
});

describe('upstream', () => {
  test('other names are forwarded, cached with falling TTLs, and forged answers are not taken', async () => {
    assert.deepEqual(await resolver.resolve4('www.example'), ['192.0.2.7']);
    assert.deepEqual(await resolver.resolve4('www.example'), ['192.0.2.7']);
    assert.equal(asked.filter((name) => name === 'www.example 1').length, 1);
    assert.equal(await code(resolver.resolve4('missing.example')), 'ENOTFOUND');
    assert.equal(await code(resolver.resolve4('missing.example')), 'ENOTFOUND');
    assert.equal(asked.filter((name) => name === 'missing.example 1').length, 1);
    assert.deepEqual(await resolver.reverse('192.0.2.200').catch(() => 'forwarded'), 'forwarded');
  });

  test('equal questions at one time are asked once; a cut answer is fetched over TCP and cut for the client', async () => {
    const before = asked.length;
    await Promise.all(Array.from({ length: 20 }, () => resolver.resolve4('same.example')));
    assert.equal(asked.slice(before).filter((name) => name === 'same.example 1').length, 1);
    assert.equal((await resolver.resolve4('big.example')).length, 200);
    const plain = await ask(question('big.example', TYPE.A));
    assert.ok(plain && plain.length <= 512 && (plain.readUInt16BE(2) & FLAG.TC) !== 0 && plain.readUInt16BE(6) > 20);
  });
});

/** A query without EDNS. */
function question(
  name: string,
  type: number,
  options: { flags?: number; class?: number; tail?: Buffer; counts?: number[]; id?: number } = {},
): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(options.id ?? 0x1234, 0);
  header.writeUInt16BE(options.flags ?? FLAG.RD, 2);
  for (const [i, count] of (options.counts ?? [1, 0, 0, options.tail ? 1 : 0]).entries()) header.writeUInt16BE(count, 4 + i * 2);
  const fixed = Buffer.alloc(4);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(options.class ?? CLASS_IN, 2);
  return Buffer.concat([header, encodeName(name), fixed, options.tail ?? Buffer.alloc(0)]);
}

function opt(size: number, version = 0): Buffer {
  return Buffer.from([0, 0, 41, size >> 8, size & 255, 0, version, 0, 0, 0, 0]);
}

/** Sends over UDP; undefined when nothing comes back in time. */
function ask(message: Buffer, timeoutMs = 3000): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (answer: Buffer | undefined) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    socket.once('message', finish);
    socket.send(message, port, '127.0.0.1');
  });
}

const rcodeOf = async (message: Buffer, timeoutMs?: number) => {
  const answer = await ask(message, timeoutMs);
  return answer === undefined ? 'none' : (answer[3] ?? 0) & 15;
};

describe('hostile and unusual messages', () => {
  const WEB = 'web.default.svc.cluster.local';

  test('malformed ones are refused or dropped', async () => {
    const name = encodeName(WEB);
    const header = question(WEB, 1).subarray(0, 12);
    assert.equal(await rcodeOf(Buffer.alloc(11), 150), 'none');
    assert.equal(await rcodeOf(question(WEB, 1, { flags: FLAG.QR }), 150), 'none');
    assert.equal(await rcodeOf(Buffer.concat([header, name.subarray(0, 9)])), RCODE.FORMERR);
    assert.equal(await rcodeOf(Buffer.concat([header, name, Buffer.from([0, 1])])), RCODE.FORMERR);
    for (const count of [0, 2, 65_535]) assert.equal(await rcodeOf(question(WEB, 1, { counts: [count, 0, 0, 0] })), RCODE.FORMERR);
    const bad = (...bytes: number[]) => Buffer.concat([header, Buffer.from(bytes), Buffer.from([0, 0, 1, 0, 1])]);
    for (const bytes of [
      [0xc0, 12],
      [0xc0, 40],
      [64, ...new Array<number>(64).fill(97)],
      [0x40, 1],
      [0x80, 1],
    ])
      assert.equal(await rcodeOf(bad(...bytes)), RCODE.FORMERR);
    const long = Buffer.concat(Array.from({ length: 5 }, () => Buffer.concat([Buffer.from([60]), Buffer.alloc(60, 97)])));
    assert.equal(await rcodeOf(bad(...long)), RCODE.FORMERR);
    assert.equal(await rcodeOf(question(WEB, 1, { counts: [1, 0, 0, 3] })), RCODE.FORMERR);
  });

  test('opcodes, classes, transfers, ANY', async () => {
    for (const opcode of [1, 2, 4, 5]) assert.equal(await rcodeOf(question(WEB, 1, { flags: opcode << 11 })), RCODE.NOTIMP);
    for (const klass of [3, 255]) assert.equal(await rcodeOf(question(WEB, 1, { class: klass })), RCODE.REFUSED);
    for (const type of [TYPE.AXFR, TYPE.IXFR, TYPE.OPT, 249]) assert.equal(await rcodeOf(question(WEB, type)), RCODE.REFUSED);
    const any = await ask(question(WEB, TYPE.ANY));
    assert.ok(any && any.readUInt16BE(6) === 1 && any.includes('RFC8482'));
  });

  test('EDNS: versions, two of them, sizes; truncation', async () => {
    const badVersion = await ask(question(WEB, 1, { tail: opt(1232, 1) }));
    assert.ok(
      badVersion && (badVersion[3] ?? 1) % 16 === 0 && badVersion[12 + 5] === 1,
      'BADVERS is 16: its upper part is in the OPT record',
    );
    assert.equal(await rcodeOf(question(WEB, 1, { tail: Buffer.concat([opt(512), opt(512)]), counts: [1, 0, 0, 2] })), RCODE.FORMERR);
    const many = 'many.default.svc.cluster.local';
    for (const [size, limit] of [
      [0, 512],
      [65_535, 1232],
      [900, 900],
    ] as const) {
      const answer = await ask(question(many, 1, { tail: opt(size) }));
      assert.ok(answer && answer.length <= limit && answer.length > limit - 40 && (answer.readUInt16BE(2) & FLAG.TC) !== 0, `${size}`);
    }
    assert.equal((await resolver.resolve4(many)).length, 120);
  });

  test('the case of the question comes back, with odd bytes too', async () => {
    const query = question('wEb.DeFault.svc.cluster.LOCAL', 1);
    const answer = await ask(query);
    assert.deepEqual(answer?.subarray(12, query.length), query.subarray(12));
    assert.equal(answer?.readUInt16BE(6), 1);
    const odd = question(`\xff\x00x.${WEB}`, 1);
    assert.equal(await rcodeOf(odd), RCODE.NXDOMAIN);
    const dotted = Buffer.concat([odd.subarray(0, 12), Buffer.from([3, 0x61, 0x2e, 0x62]), encodeName(WEB), Buffer.from([0, 1, 0, 1])]);
    assert.equal(await rcodeOf(dotted), RCODE.NXDOMAIN);
  });

  test('random bytes never stop it', async () => {
    const base = question(WEB, 1, { tail: opt(1232) });
    const socket = createSocket('udp4');
    for (let i = 0; i < 3000; i++) {
      const message = Buffer.from(base.subarray(0, (i * 7) % (base.length + 1)));
      for (let j = 0; j < 4; j++)
        if (message.length > 0) message[Math.floor(Math.random() * message.length)] = Math.floor(Math.random() * 256);
      socket.send(message, port, '127.0.0.1');
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.close();
    assert.equal(await rcodeOf(question(WEB, 1)), RCODE.NOERROR);
  });

  test('TCP: pipelined questions keep their identities; zero length ends the connection; a part of a message waits', async () => {
    const answers = await tcp((socket) => {
      for (let id = 1; id <= 40; id++) socket.write(frame(question(WEB, 1, { id })));
    }, 40);
    assert.deepEqual(
      answers.map((a) => a.readUInt16BE(0)).sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    const slow = await tcp((socket) => {
      const bytes = frame(question(WEB, 1));
      socket.write(bytes.subarray(0, 5));
      setTimeout(() => socket.write(bytes.subarray(5)), 50);
    }, 1);
    assert.equal(slow.length, 1);
    assert.deepEqual(await tcp((socket) => socket.write(Buffer.from([0, 0])), 1), []);
  });
});

function frame(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length, 0);
  return Buffer.concat([length, message]);
}

/** Answers that come until there are `count`, or the server closes. */
function tcp(begin: (socket: ReturnType<typeof connect>) => void, count: number): Promise<Buffer[]> {
  return new Promise((resolve) => {
    const answers: Buffer[] = [];
    let buffered = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => begin(socket));
    socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
        const end = 2 + buffered.readUInt16BE(0);
        answers.push(buffered.subarray(2, end));
        buffered = buffered.subarray(end);
      }
      if (answers.length >= count) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answers));
  });
}

test('health, readiness, metrics', async () => {
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${dns.httpPort}${path}`)).text();
  assert.equal(await get('/health'), 'OK');
  assert.equal(await get('/ready'), 'OK');
  assert.match(await get('/metrics'), /coredns_dns_responses_total\{zone="cluster",rcode="NXDOMAIN"\} [1-9]/);
});

test('clients from elsewhere get no answer; without upstream answers other names fail and cluster names stay fast', async () => {
  const closed = await startDns(ctx, { listen: [{ address: '127.0.0.1', port: 0 }], allowedClients: ['10.0.0.0/8'], upstreams: [] });
  const own = new Resolver({ timeout: 200, tries: 1 });
  own.setServers([`127.0.0.1:${closed.addresses[0]?.port}`]);
  assert.equal(await code(own.resolve4('web.default.svc.cluster.local')), 'ETIMEOUT');
  await closed.stop();

  const silent = await bindUdp('127.0.0.1', 0, () => undefined);
  const open = await startDns(ctx, { listen: [{ address: '127.0.0.1', port: 0 }], upstreams: [`127.0.0.1:${silent.port}`] });
  await open.ready;
  const target = open.addresses[0]?.port ?? 0;
  const flood = createSocket('udp4');
  for (let i = 0; i < 800; i++) flood.send(question(`n${i}.example`, 1, { id: i }), target, '127.0.0.1');
  let refused = 0;
  flood.on('message', () => refused++);
  await eventually('those above the limit are refused at once', () => refused >= 200);
  const second = new Resolver({ timeout: 5000, tries: 1 });
  second.setServers([`127.0.0.1:${target}`]);
  assert.deepEqual(await second.resolve4('web.default.svc.cluster.local'), ['10.96.0.1']);
  flood.close();
  await open.stop();
  await silent.close();
});
