/** Asks upstream resolvers for names outside the cluster: over UDP, over TCP when the answer is cut, each for a while, one after another. */
import type { Clock, Random } from '../../base/clock.ts';
import { exchangeFrame } from '../../host/tcp-frames.ts';
import { exchangeUdp } from '../../host/udp-socket.ts';
import { AnswerCache } from './answer-cache.ts';
import { CLASS_IN, FLAG, HEADER_BYTES, MAX_UDP_BYTES, RCODE, TYPE } from './message/constants.ts';
import { encodeName } from './message/name.ts';
import { readUpstreamAnswer, type UpstreamAnswer } from './message/upstream-message.ts';
import type { EncodedRecords } from './message/records.ts';
import type { Upstream } from './resolv-conf.ts';

export interface ForwarderOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Asked for each query, so that a changed resolv.conf counts at once. */
  upstreams(): readonly Upstream[];
  readonly exchange?: Exchange;
  readonly cacheEntries?: number;
  /** Told about each upstream query, for metrics: its outcome as response code or error. */
  onUpstream?(upstream: Upstream, outcome: string, seconds: number): void;
}

/** The network, as the forwarder needs it. */
export interface Exchange {
  udp(request: ExchangeRequest, accept: (message: Buffer) => UpstreamAnswer | undefined): Promise<UpstreamAnswer>;
  tcp(request: ExchangeRequest): Promise<Buffer>;
}

export interface ExchangeRequest extends Upstream {
  readonly message: Uint8Array;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface ForwardQuestion {
  /** Lower case, without the closing dot. */
  readonly name: string;
  readonly type: number;
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
}

export interface ForwardAnswer {
  readonly rcode: number;
  readonly records: EncodedRecords;
  readonly cached: boolean;
}

/** Questions that may wait for upstream at a time. More fail at once: names of the cluster must not suffer from a flood of others. */
const MAX_IN_FLIGHT = 512;
const TRY_MS = 2_000;
const TOTAL_MS = 5_000;
/** An upstream that did not answer is asked last for this long. */
const DOWN_MS = 10_000;
const CACHE_SECONDS = 30;

const systemExchange: Exchange = { udp: (request, accept) => exchangeUdp({ ...request, accept }), tcp: exchangeFrame };

export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #exchange: Exchange;
  readonly #cache: AnswerCache;
  readonly #inFlight = new Map<string, Promise<UpstreamAnswer | undefined>>();
  readonly #downUntil = new Map<string, number>();
  readonly #closed = new AbortController();

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#exchange = options.exchange ?? systemExchange;
    this.#cache = new AnswerCache({ maxEntries: options.cacheEntries ?? 10_000, maxBytes: 32 * 1024 * 1024, maxTtl: CACHE_SECONDS });
  }

  /** Gives up all that waits. */
  close(): void {
    this.#closed.abort(new Error('DNS server stopped'));
  }

  get cacheSize(): number {
    return this.#cache.size;
  }

  /** From the cache; undefined when upstream must be asked. */
  cached(question: ForwardQuestion): ForwardAnswer | undefined {
    const hit = this.#cache.get(keyOf(question), this.#options.clock.monotonic());
    return hit && { ...hit, cached: true };
  }

  /** Undefined: no upstream gave an answer in time, or too many questions wait. Equal questions at one time are asked once. Never rejects. */
  async ask(question: ForwardQuestion): Promise<ForwardAnswer | undefined> {
    const key = keyOf(question);
    let asking = this.#inFlight.get(key);
    if (!asking) {
      if (this.#inFlight.size >= MAX_IN_FLIGHT) return undefined;
      asking = this.#askUpstreams(question, key).finally(() => this.#inFlight.delete(key));
      this.#inFlight.set(key, asking);
    }
    const answer = await asking;
    return answer && { rcode: answer.rcode, records: answer.records, cached: false };
  }

  async #askUpstreams(question: ForwardQuestion, key: string): Promise<UpstreamAnswer | undefined> {
    const { clock } = this.#options;
    const deadline = clock.monotonic() + TOTAL_MS;
    let last: UpstreamAnswer | undefined;
    // Twice round: a datagram may get lost.
    for (const upstream of [...this.#order(), ...this.#order()]) {
      const left = deadline - clock.monotonic();
      if (left <= 0 || this.#closed.signal.aborted) break;
      const answer = await this.#askOne(upstream, question, Math.min(TRY_MS, left));
      if (!answer) continue;
      last = answer;
      // Another server may know better than one that says it cannot.
      if (answer.rcode === RCODE.SERVFAIL || answer.rcode === RCODE.REFUSED) continue;
      this.#cache.put(key, answer, clock.monotonic());
      break;
    }
    return last;
  }

  /** Those that answer, in the order of the configuration, then those that lately did not. */
  #order(): Upstream[] {
    const now = this.#options.clock.monotonic();
    const isDown = (u: Upstream) => (this.#downUntil.get(upstreamKey(u)) ?? 0) > now;
    const all = this.#options.upstreams();
    return [...all.filter((u) => !isDown(u)), ...all.filter(isDown)];
  }

  async #askOne(upstream: Upstream, question: ForwardQuestion, timeoutMs: number): Promise<UpstreamAnswer | undefined> {
    const { clock, random, onUpstream } = this.#options;
    const started = clock.monotonic();
    const id = new DataView(random.bytes(2).slice().buffer).getUint16(0);
    const { message, questionBytes } = encodeUpstreamQuery(question, id);
    const read = (bytes: Buffer) => readUpstreamAnswer(bytes, id, questionBytes);
    try {
      const request = { ...upstream, message, timeoutMs, signal: this.#closed.signal };
      let answer: UpstreamAnswer | undefined = await this.#exchange.udp(request, read);
      if (answer.truncated) answer = read(await this.#exchange.tcp(request)) ?? answer;
      this.#downUntil.delete(upstreamKey(upstream));
      onUpstream?.(upstream, String(answer.rcode), (clock.monotonic() - started) / 1000);
      return answer;
    } catch (error) {
      this.#downUntil.set(upstreamKey(upstream), clock.monotonic() + DOWN_MS);
      onUpstream?.(upstream, (error as NodeJS.ErrnoException).code ?? 'error', (clock.monotonic() - started) / 1000);
      return undefined;
    }
  }
}

function encodeUpstreamQuery(question: ForwardQuestion, id: number): { message: Buffer; questionBytes: Buffer } {
  const questionBytes = Buffer.concat([encodeName(question.name), Buffer.alloc(4)]);
  questionBytes.writeUInt16BE(question.type, questionBytes.length - 4);
  questionBytes.writeUInt16BE(CLASS_IN, questionBytes.length - 2);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(FLAG.RD | (question.checkingDisabled ? FLAG.CD : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(1, 10);
  const opt = Buffer.alloc(11);
  opt.writeUInt16BE(TYPE.OPT, 1);
  opt.writeUInt16BE(MAX_UDP_BYTES, 3);
  opt.writeUInt16BE(question.dnssecOk ? 0x8000 : 0, 7);
  return { message: Buffer.concat([header, questionBytes, opt]), questionBytes };
}

function keyOf(question: ForwardQuestion): string {
  return `${question.type} ${question.dnssecOk ? 1 : 0}${question.checkingDisabled ? 1 : 0} ${question.name}`;
}

function upstreamKey(upstream: Upstream): string {
  return `${upstream.address} ${upstream.port}`;
}
