/** One DNS server: sockets in, answers out. What to answer is decided in answer.ts; names outside the cluster go to the forwarder. */
import type { Logger } from '../../base/log.ts';
import { serveFrames, type FrameServer } from '../../host/tcp-frames.ts';
import { bindUdp, type UdpPeer, type UdpSocket } from '../../host/udp-socket.ts';
import { decide, type Decision } from './answer.ts';
import type { ClientFilter } from './client-filter.ts';
import type { DnsMetrics } from './dns-metrics.ts';
import type { ForwardAnswer, Forwarder, ForwardQuestion } from './forwarder.ts';
import { FLAG, RCODE, RCODE_NAMES, TYPE_NAMES } from './message/constants.ts';
import { decodeAnswers } from './message/decode-records.ts';
import { parseQuery, type DnsQuery } from './message/query.ts';
import { encodeRecords, type EncodedRecords, type OutgoingRecord } from './message/records.ts';
import { encodeRefusal, encodeResponse } from './message/response.ts';
import type { Zone } from './zone.ts';

export interface DnsServerOptions {
  readonly zone: Zone;
  readonly ttl: number;
  readonly forwarder: Forwarder;
  readonly metrics: DnsMetrics;
  readonly log: Logger;
  readonly clients: ClientFilter;
  /** True once the zone knows the cluster. */
  synced(): boolean;
}

type Reply = (answer: Uint8Array | undefined) => void;

const TCP_LIMITS = { maxConnections: 512, idleMs: 10_000, maxPending: 32 };

export class DnsServer {
  readonly #options: DnsServerOptions;
  readonly #sockets: (UdpSocket | FrameServer)[] = [];
  #rotation = 0;

  constructor(options: DnsServerOptions) {
    this.#options = options;
  }

  /** Opens UDP and TCP on an address. Port 0: one that is free, the same for both. Rejects when either cannot be had; what was opened is closed. */
  async listen(address: string, port: number): Promise<{ readonly address: string; readonly port: number }> {
    const udp = await bindUdp(address, port, (message, peer) => {
      this.#handle(message, peer, false, (answer) => answer && udp.send(answer, peer));
    });
    try {
      const onFrame = (frame: Buffer, peer: UdpPeer, reply: Reply) => this.#handle(frame, peer, true, reply);
      const tcp = await serveFrames({ address, port: udp.port, ...TCP_LIMITS, onFrame });
      this.#sockets.push(udp, tcp);
    } catch (error) {
      await udp.close();
      throw error;
    }
    return { address: udp.address, port: udp.port };
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.splice(0).map((socket) => socket.close()));
  }

  /** One hostile message must not end the server: whatever goes wrong concerns this message alone. */
  #handle(message: Buffer, peer: UdpPeer, overTcp: boolean, reply: Reply): void {
    try {
      this.#answer(message, peer, overTcp, reply);
    } catch (error) {
      this.#options.log.error('Cannot answer a DNS query', error, { client: peer.address });
      this.#options.metrics.dropped.add(1, { reason: 'error' });
      reply(undefined);
    }
  }

  #answer(message: Buffer, peer: UdpPeer, overTcp: boolean, reply: Reply): void {
    const { zone, metrics, clients, ttl } = this.#options;
    const query = parseQuery(message);
    // Port 0 cannot be answered, and an answer to our own port could go round for ever.
    if (query === 'drop' || peer.port === 0 || !clients.allows(peer.address)) {
      metrics.dropped.add(1, { reason: query === 'drop' ? 'malformed' : 'client' });
      return reply(undefined);
    }
    if ('rcode' in query) {
      metrics.responses.add(1, { zone: 'dropped', rcode: RCODE_NAMES.get(query.rcode) ?? 'other' });
      return reply(encodeRefusal(message, query.rcode, query.edns));
    }
    const decision = decide(query, zone, { ttl, synced: this.#options.synced() });
    const zoneLabel = decision.kind === 'forward' ? '.' : 'cluster';
    metrics.requests.add(1, { zone: zoneLabel, proto: overTcp ? 'tcp' : 'udp', type: TYPE_NAMES.get(query.type) ?? 'other' });
    if (decision.kind === 'forward') return this.#forward(query, decision, overTcp, reply);
    this.#send(query, zoneLabel, { ...decision.answer, rotation: this.#rotation++ }, overTcp, reply);
  }

  #forward(query: DnsQuery, decision: Extract<Decision, { kind: 'forward' }>, overTcp: boolean, reply: Reply): void {
    const { forwarder, metrics, log } = this.#options;
    const question: ForwardQuestion = {
      name: decision.name,
      type: query.type,
      dnssecOk: query.dnssecOk,
      checkingDisabled: (query.flags & FLAG.CD) !== 0,
    };
    const finish = (answer: ForwardAnswer | undefined) => {
      if (!answer) metrics.forwardRefused.add();
      const records = answer && joinChain(query.name ?? '', decision, answer.records);
      const rcode = answer && records ? answer.rcode : RCODE.SERVFAIL;
      this.#send(query, '.', { rcode, authoritative: false, ...(records && { records }) }, overTcp, reply);
    };
    const hit = forwarder.cached(question);
    (hit ? metrics.cacheHits : metrics.cacheMisses).add();
    if (hit) return finish(hit);
    forwarder.ask(question).then(finish, (error: unknown) => {
      log.error('Cannot forward a DNS query', error);
      reply(undefined);
    });
  }

  #send(query: DnsQuery, zone: string, parts: Parameters<typeof encodeResponse>[1], overTcp: boolean, reply: Reply): void {
    this.#options.metrics.responses.add(1, { zone, rcode: RCODE_NAMES.get(parts.rcode) ?? 'other' });
    reply(encodeResponse(query, parts, overTcp));
  }
}

/** The upstream's answer behind the CNAMEs that led to it. Without CNAMEs it goes on as it came. Undefined when it cannot be understood. */
function joinChain(
  question: string,
  decision: { readonly name: string; readonly chain: readonly OutgoingRecord[] },
  records: EncodedRecords,
): EncodedRecords | undefined {
  if (decision.chain.length === 0) return records;
  const tail = decodeAnswers(decision.name, records);
  return tail && encodeRecords(question, [...decision.chain, ...tail]);
}
