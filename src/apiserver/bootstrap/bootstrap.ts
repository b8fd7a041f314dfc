/** The objects that a fresh cluster holds. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { repeat } from '../../base/repeat.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { ensureFlowControl } from './flow-control.ts';
import { ensureLegacyTokenTracking } from './legacy-token-tracking.ts';
import { ensureNamespaces } from './namespaces.ts';
import { ensurePriorityClasses } from './priority-classes.ts';
import { ensurePolicy } from './rbac/ensure-policy.ts';
import { ensureServiceCidr } from './service-cidr.ts';

export interface BootstrapOptions {
  readonly registry: RegistryReader;
  /** `--service-cluster-ip-range`: one or two ranges. */
  readonly serviceCidrs: readonly string[];
  readonly clock: Clock;
}

/** Makes every bootstrap object exist; resolves when the server can be called ready. Rejects when one cannot be made. */
export async function bootstrap({ registry, serviceCidrs, clock }: BootstrapOptions): Promise<void> {
  await ensureNamespaces(registry);
  await Promise.all([
    ensurePolicy(registry),
    ensurePriorityClasses(registry),
    ensureFlowControl(registry),
    ensureServiceCidr(registry, serviceCidrs, clock.now()),
    ensureLegacyTokenTracking(registry, clock.now()),
  ]);
}

const MINUTE_MS = 60_000;

/** Looks after those that must never be missing, until the signal aborts: namespaces and flow control each minute, the service range every 10 s. */
export function keepBootstrapped(options: BootstrapOptions & { readonly log: Logger; readonly signal: AbortSignal }): void {
  const { registry, clock, log, signal } = options;
  const keep = (what: string, everyMs: number, act: () => Promise<void>) =>
    void repeat({ clock, everyMs, signal, act, onError: (error) => log.error(`cannot keep ${what}, will retry`, error) });
  keep('system namespaces', MINUTE_MS, () => ensureNamespaces(registry));
  keep('flow control objects', MINUTE_MS, () => ensureFlowControl(registry));
  keep('the tracking of legacy tokens', 30 * MINUTE_MS, () => ensureLegacyTokenTracking(registry, clock.now()));
  keep('the default service range', 10_000, () => ensureServiceCidr(registry, options.serviceCidrs, clock.now()));
}
