import type { Event } from '../api/core/v1.gen.ts';
import { formatTime } from '../base/clock.ts';
import { LruMap } from './lru-map.ts';

export interface CorrelatedEvent {
  readonly event: Event;
  /** Strategic merge patch for the event that exists already under this name; undefined: create it. */
  readonly patch: Pick<Event, 'count' | 'lastTimestamp' | 'message'> | undefined;
  /** Entry to hand to observed() with the server's answer. */
  readonly key: string;
}

interface Aggregate {
  readonly messages: Set<string>;
  at: number;
}

interface Observation {
  readonly count: number;
  readonly firstTimestamp: string | undefined;
  readonly name: string;
}

const CACHE_ENTRIES = 4096;
const MAX_SIMILAR = 10;
const SIMILAR_INTERVAL_MS = 600_000;
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;

/**
 * Decides what becomes of an event (k8s.io/client-go/tools/record, events_cache.go): the same again counts up the one before; from ten
 * different messages with one reason about one object within ten minutes on they are combined; a source may say 25 things about an object,
 * then one every five minutes. Pure but for what it remembers.
 */
export class EventCorrelator {
  readonly #aggregates = new LruMap<Aggregate>(CACHE_ENTRIES);
  readonly #observations = new LruMap<Observation>(CACHE_ENTRIES);
  readonly #buckets = new LruMap<{ tokens: number; at: number }>(CACHE_ENTRIES);

  /** `nextName` gives a name for a combined event. Undefined: the event is to be dropped. */
  correlate(event: Event, nowMs: number, nextName: () => string): CorrelatedEvent | undefined {
    const { event: aggregated, key } = this.#aggregate(event, nowMs, nextName);
    const correlated = this.#observe(aggregated, key);
    return this.#accept(event, nowMs) ? correlated : undefined;
  }

  /** Remembers the event as the server has it. */
  observed(key: string, event: Event): void {
    this.#observations.set(key, observationOf(event));
  }

  #aggregate(event: Event, nowMs: number, nextName: () => string): { event: Event; key: string } {
    const { source, involvedObject: about } = event;
    const group = join(
      source?.component,
      source?.host,
      ...identity(event),
      event.type,
      event.reason,
      event.reportingComponent,
      event.reportingInstance,
    );
    let aggregate = this.#aggregates.get(group);
    if (!aggregate || nowMs - aggregate.at > SIMILAR_INTERVAL_MS) aggregate = { messages: new Set(), at: nowMs };
    aggregate.messages.add(event.message ?? '');
    aggregate.at = nowMs;
    this.#aggregates.set(group, aggregate);
    if (aggregate.messages.size < MAX_SIMILAR) {
      return {
        event,
        key: join(source?.component, source?.host, ...identity(event), about.fieldPath, event.type, event.reason, event.message),
      };
    }
    const [first] = aggregate.messages;
    if (first !== undefined) aggregate.messages.delete(first);
    const now = formatTime(nowMs);
    const metadata = { ...event.metadata, name: nextName() };
    const message = `(combined from similar events): ${event.message}`;
    return { event: { ...event, metadata, count: 1, firstTimestamp: now, lastTimestamp: now, message }, key: group };
  }

  #observe(event: Event, key: string): CorrelatedEvent {
    const last = this.#observations.get(key);
    if (!last) {
      this.#observations.set(key, observationOf(event));
      return { event, patch: undefined, key };
    }
    const count = last.count + 1;
    const again: Event = { ...event, metadata: { ...event.metadata, name: last.name }, count };
    if (last.firstTimestamp !== undefined) again.firstTimestamp = last.firstTimestamp;
    this.#observations.set(key, observationOf(again));
    const patch: CorrelatedEvent['patch'] = { count };
    if (again.lastTimestamp !== undefined) patch.lastTimestamp = again.lastTimestamp;
    if (again.message !== undefined) patch.message = again.message;
    return { event: again, patch, key };
  }

  /** Takes a token from the bucket of this source and object. */
  #accept(event: Event, nowMs: number): boolean {
    const key = join(event.source?.component, event.source?.host, ...identity(event), event.type);
    const bucket = this.#buckets.get(key) ?? { tokens: SPAM_BURST, at: nowMs };
    const tokens = Math.min(SPAM_BURST, bucket.tokens + (nowMs - bucket.at) / SPAM_REFILL_MS);
    const accepted = tokens >= 1;
    this.#buckets.set(key, { tokens: accepted ? tokens - 1 : tokens, at: nowMs });
    return accepted;
  }
}

function observationOf(event: Event): Observation {
  return { count: event.count ?? 1, firstTimestamp: event.firstTimestamp, name: event.metadata.name ?? '' };
}

function identity({ involvedObject: about }: Event): (string | undefined)[] {
  return [about.kind, about.namespace, about.name, about.uid, about.apiVersion];
}

function join(...parts: (string | undefined)[]): string {
  return parts.map((part) => part ?? '').join('\0');
}
