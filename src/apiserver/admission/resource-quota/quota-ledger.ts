import type { ResourceQuota } from '../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import type { Clock } from '../../../base/clock.ts';
import { parseList } from '../../../machinery/pod/resource-list.ts';
import { conflict, isConflict, isNotFound } from '../../../machinery/status-error.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { checkRequest, type QuotaCheck } from './check-request.ts';

const TRIES = 4;

interface Waiter {
  readonly attributes: AdmissionAttributes;
  readonly check: Omit<QuotaCheck, 'nowMs'>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface QuotaLedgerOptions {
  readonly registry: RegistryReader;
  readonly clock: Clock;
}

/**
 * Charges writes to the quotas of their namespace, each before it happens. Requests that come while quotas are being written are charged
 * together in the next write, so that a burst of creations costs few updates (upstream's quotaEvaluator).
 */
export class QuotaLedger {
  readonly #options: QuotaLedgerOptions;
  /** By namespace; an entry means that a round is under way. */
  readonly #waiting = new Map<string, Waiter[]>();

  constructor(options: QuotaLedgerOptions) {
    this.#options = options;
  }

  /** Resolves when the write is paid for; rejects with Forbidden when a quota would be exceeded. */
  async charge(attributes: AdmissionAttributes, check: Omit<QuotaCheck, 'nowMs'>): Promise<void> {
    const { namespace } = attributes;
    if (this.#quotas(namespace).length === 0 && check.limited.length === 0) return;
    return new Promise((resolve, reject) => {
      const waiter = { attributes, check, resolve, reject };
      const waiting = this.#waiting.get(namespace);
      if (waiting) waiting.push(waiter);
      else void this.#work(namespace, [waiter]);
    });
  }

  async #work(namespace: string, first: Waiter[]): Promise<void> {
    for (let batch = first; batch.length > 0; batch = this.#waiting.get(namespace) ?? []) {
      this.#waiting.set(namespace, []);
      try {
        await this.#settle(namespace, batch);
      } catch (error) {
        for (const waiter of batch) waiter.reject(error);
      }
    }
    this.#waiting.delete(namespace);
  }

  /** Decides each waiter of the batch in order, on running totals; then writes what changed. Those whose quota could not be written try again. */
  async #settle(namespace: string, batch: readonly Waiter[]): Promise<void> {
    let open = batch;
    let only: ReadonlySet<string> | undefined;
    for (let attempt = 1; open.length > 0; attempt++) {
      const before = this.#quotas(namespace).filter((q) => !only || only.has(q.metadata.name));
      const { after, charged } = this.#decide(before, open);
      const failed = await this.#write(before, after);
      if (failed.size === 0) {
        for (const waiter of charged) waiter.resolve();
        return;
      }
      if (attempt === TRIES) {
        const error = [...failed.values()][0];
        for (const waiter of charged) waiter.reject(error);
        return;
      }
      // The other quotas are charged already.
      only = new Set(failed.keys());
      open = charged;
    }
  }

  #decide(before: readonly ResourceQuota[], waiters: readonly Waiter[]): { after: readonly ResourceQuota[]; charged: Waiter[] } {
    let running = before;
    const charged: Waiter[] = [];
    for (const waiter of waiters) {
      try {
        const next = checkRequest(running, waiter.attributes, { ...waiter.check, nowMs: this.#options.clock.now() });
        const changed = next.some((quota, i) => quota !== running[i]);
        if (changed && !waiter.attributes.dryRun) {
          running = next;
          charged.push(waiter);
        } else waiter.resolve();
      } catch (error) {
        waiter.reject(error);
      }
    }
    return { after: running, charged };
  }

  /** Writes the quotas that changed; gives those that could not be, with the reason. */
  async #write(before: readonly ResourceQuota[], after: readonly ResourceQuota[]): Promise<Map<string, unknown>> {
    const failed = new Map<string, unknown>();
    for (const [i, quota] of after.entries()) {
      const old = before[i];
      if (!old || quota === old) continue;
      try {
        await this.#store(old, quota);
      } catch (error) {
        // A quota that was deleted limits nothing any more; another writer's change is looked at anew.
        if (isConflict(error)) failed.set(quota.metadata.name, error);
        else if (!isNotFound(error)) throw error;
      }
    }
    return failed;
  }

  #store(old: ResourceQuota, quota: ResourceQuota): Promise<AnyObject> {
    const { namespace, name } = quota.metadata;
    return this.#options.registry.update('', 'resourcequotas', namespace, name, (current) => {
      if (!sameUsage(current as unknown as ResourceQuota, old))
        throw conflict(
          { group: '', resource: 'resourcequotas' },
          name,
          'the object has been modified; please apply your changes to the latest version and try again',
        );
      return { ...current, status: { ...(current['status'] as object), used: quota.status?.used } };
    });
  }

  #quotas(namespace: string): ResourceQuota[] {
    return this.#options.registry.reader('', 'resourcequotas').list(namespace) as unknown as ResourceQuota[];
  }
}

/** What was decided on still holds: the same limits and the same usage. */
function sameUsage(current: ResourceQuota, old: ResourceQuota): boolean {
  const same = (a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>> | undefined) => {
    const [left, right] = [parseList(a), parseList(b)];
    return left.size === right.size && [...left].every(([name, value]) => right.get(name)?.equals(value));
  };
  return same(current.status?.used, old.status?.used) && same(current.status?.hard, old.status?.hard);
}
