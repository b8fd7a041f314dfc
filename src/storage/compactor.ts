import type { Clock } from '../base/clock.ts';
import { errorMessage, type Logger } from '../base/log.ts';
import { RevisionCompactedError, type Storage } from './storage.ts';

export interface CompactorOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** 5 minutes when left out (--etcd-compaction-interval). */
  readonly intervalMs?: number;
}

/**
 * Forgets history older than one interval, every interval (k8s.io/apiserver/pkg/storage/etcd3/compact.go). Resolves when the signal aborts.
 */
export async function runCompactor({ storage, clock, log, signal, intervalMs = 300_000 }: CompactorOptions): Promise<void> {
  let previous = 0;
  while (!signal.aborted) {
    try {
      await clock.sleep(intervalMs, signal);
      const revision = await storage.revision();
      const last = previous;
      previous = revision;
      if (last > 0) await storage.compact(last);
    } catch (error) {
      if (signal.aborted) return;
      // Nothing was written since, or another server was faster.
      if (!(error instanceof RevisionCompactedError)) log.warn('cannot compact the storage, will retry', { err: errorMessage(error) });
    }
  }
}
