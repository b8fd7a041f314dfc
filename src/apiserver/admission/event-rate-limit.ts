import type { Event } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { tooManyRequests } from '../../machinery/status-error.ts';
import { aggregateMessage } from '../authz/aggregate-message.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { onOperations } from './operations.ts';

export interface EventLimit {
  readonly type: 'Server' | 'Namespace' | 'User' | 'SourceAndObject';
  /** Events a second, in the long run. */
  readonly qps: number;
  readonly burst: number;
  /** How many namespaces, users, ... are told apart; 4096. */
  readonly cacheSize?: number;
}

const KEYS: Readonly<Record<EventLimit['type'], (a: AdmissionAttributes) => string>> = {
  Server: () => '',
  Namespace: (a) => a.namespace,
  User: (a) => a.user.name,
  SourceAndObject: (a) => {
    const { source, involvedObject: o } = a.object as unknown as Event;
    return [source?.component, source?.host, o?.kind, o?.namespace, o?.name, o?.uid, o?.apiVersion].join('');
  },
};

/** Bounds how many events are written. Off by default. */
export function eventRateLimit(limits: readonly EventLimit[], clock: Clock): AdmissionPlugin {
  const enforcers = limits.map((limit) => new Enforcer(limit, clock));
  return {
    name: 'EventRateLimit',
    handles: onOperations('CREATE', 'UPDATE'),
    async validate(a) {
      if (a.kind.group !== '' || a.kind.kind !== 'Event' || a.dryRun) return;
      const problems = enforcers.flatMap((e) => e.problem(a) ?? []);
      if (problems.length > 0) throw tooManyRequests(aggregateMessage(problems), 0);
    },
  };
}

class Enforcer {
  readonly #limit: EventLimit;
  readonly #clock: Clock;
  /** Tokens left, and when they were counted; the least recently used first. */
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(limit: EventLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  problem(a: AdmissionAttributes): string | undefined {
    const { type, qps, burst, cacheSize = 4096 } = this.#limit;
    const key = KEYS[type](a);
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: now };
    this.#buckets.delete(key);
    if (this.#buckets.size >= cacheSize) this.#buckets.delete(this.#buckets.keys().next().value ?? '');
    this.#buckets.set(key, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.atMs) / 1000) * qps);
    bucket.atMs = now;
    if (bucket.tokens < 1) return `limit reached on type ${type} for key ${key}`;
    bucket.tokens--;
    return undefined;
  }
}
