/** Events go an hour after they were last written (upstream: a TTL in etcd, `--event-ttl`). */
import type { Event } from '../../../../api/core/v1.gen.ts';
import { keyOf, splitKey, type AnyObject } from '../../../../api/object.ts';
import type { Clock } from '../../../../base/clock.ts';
import type { Logger } from '../../../../base/log.ts';
import { repeat } from '../../../../base/repeat.ts';
import { isNotFound } from '../../../../machinery/status-error.ts';
import type { RegistryReader } from '../../reader.ts';

const TTL_MS = 60 * 60_000;
const SWEEP_MS = 60_000;

/** Sweeps once a minute until the signal aborts. */
export function expireEvents({
  registry,
  clock,
  log,
  signal,
  ttlMs = TTL_MS,
}: {
  readonly registry: RegistryReader;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly ttlMs?: number;
}): void {
  const lastWritten = new Map<string, number>();
  const unsubscribe = registry.reader('', 'events').subscribe(({ type, object }) => {
    const key = keyOf(object);
    if (type === 'DELETED') lastWritten.delete(key);
    // When one that is just listed was written is told by its own times alone.
    else lastWritten.set(key, type === 'MODIFIED' ? clock.now() : latestTime(object));
  });
  const sweep = async () => {
    const limit = clock.now() - ttlMs;
    for (const [key, writtenAt] of lastWritten) if (writtenAt < limit && !signal.aborted) await remove(registry, key);
  };
  signal.addEventListener('abort', unsubscribe, { once: true });
  void repeat({
    clock,
    everyMs: SWEEP_MS,
    signal,
    act: sweep,
    onError: (error) => log.error('cannot remove old events, will retry', error),
  });
}

async function remove(registry: RegistryReader, key: string): Promise<void> {
  const { namespace, name } = splitKey(key);
  try {
    await registry.delete('', 'events', namespace, name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function latestTime(object: AnyObject): number {
  const event = object as unknown as Event;
  const times = [event.metadata.creationTimestamp, event.lastTimestamp, event.eventTime, event.series?.lastObservedTime];
  return Math.max(0, ...times.map((time) => (time ? Date.parse(time) : 0)));
}
