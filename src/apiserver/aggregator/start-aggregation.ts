/** The aggregation layer, started: objects of local group versions kept, other servers followed, the trust published. */
import type { ResourceDefinition } from '../../api/surface.ts';
import { repeat } from '../../base/repeat.ts';
import type { Registry } from '../registry/registry.ts';
import { Aggregator, type AggregatorOptions } from './aggregator.ts';
import { ensureAuthenticationConfig, type TrustOptions } from './authentication-config.ts';
import { keepLocalServices } from './local-services.ts';

export interface AggregationOptions extends AggregatorOptions, TrustOptions {
  readonly registry: Registry;
  /** Built-in resources that are on. */
  readonly definitions: readonly ResourceDefinition[];
}

const KEEP_MS = 10_000;

/** Called once the registry is ready; objects are made by `keep`, after bootstrap. */
export function startAggregation(options: AggregationOptions): { readonly aggregator: Aggregator; keep(): Promise<void> } {
  const { registry, definitions, clock, log, signal } = options;
  const aggregator = new Aggregator(options);
  const builtin = new Set(definitions.map((d) => `${d.group}/${d.version}`));
  const once = async () => {
    const custom = registry.allServed().map((s) => s.definition).filter((d) => !builtin.has(`${d.group}/${d.version}`));
    await keepLocalServices(registry, definitions, custom, clock.now());
  };
  return {
    aggregator,
    async keep() {
      await Promise.all([once(), ensureAuthenticationConfig(registry, options)]);
      void repeat({ clock, everyMs: KEEP_MS, signal, act: once, onError: (error) => log.error('cannot keep the APIServices of this server, will retry', error) });
    },
  };
}
