/** Keeps one address family's table in step with services and endpoints (pkg/proxy/nftables/proxier.go). */
import type { Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { IpFamily } from '../../base/ip.ts';
import type { Logger } from '../../base/log.ts';
import type { Conntrack } from '../../host/conntrack.ts';
import { NftError, type Nft, type NftFamily } from '../../host/nft.ts';
import { BaseRuleset, tableName, type BaseRulesetOptions } from './base-ruleset.ts';
import { BoundedFrequencyRunner } from '../bounded-frequency-runner.ts';
import { endpointsFromSlices, type EndpointsByPort } from './endpoint.ts';
import { AFFINITY_PREFIX, LIVENESS_CHAIN, TABLE } from './names.ts';
import { planService, type PlanContext } from './plan.ts';
import type { ProxyHealth } from './proxy-health.ts';
import type { ProxyMetrics } from './proxy-metrics.ts';
import { endpointsKey, servicePorts, type ServicePortInfo } from './service-port.ts';
import { ServiceTable } from './service-table.ts';
import { staleFlows } from './stale-flows.ts';

/** What may change while the proxy runs; a change replaces the table. */
export interface ProxierConfig {
  readonly base: BaseRulesetOptions;
  readonly context: PlanContext;
}

export interface ProxierOptions {
  readonly family: IpFamily;
  readonly nft: Nft;
  readonly conntrack: Conntrack;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ProxyMetrics;
  readonly health: ProxyHealth;
  readonly minSyncPeriodMs: number;
  readonly syncPeriodMs: number;
  readonly config: ProxierConfig;
  service(key: string): Service | undefined;
  slices(key: string): readonly EndpointSlice[];
  /** Keys of all services, for a resync from nothing. */
  serviceKeys(): Iterable<string>;
  /** After each successful sync. */
  onSynced(): Promise<void>;
}

/** One service as last programmed. */
export interface ProgrammedService {
  readonly ports: readonly ServicePortInfo[];
  readonly endpoints: EndpointsByPort;
  /** Who serves its UDP ports: when this changes, tracked flows may be stale. */
  readonly udpSignature: string;
}

const FULL_SYNC_PERIOD_MS = 3_600_000;
/** Upstream waits its sync period (30 s); here a sync is cheap. */
const RETRY_MS = 5_000;
const RULE_CHECK_EVERY = 20;
const STALE_CHAIN_AGE_MS = 1_000;
/** Services planned in one go before the event loop gets its turn. */
const PLAN_BATCH = 500;

export class Proxier {
  readonly family: IpFamily;
  readonly #options: ProxierOptions;
  readonly #log: Logger;
  readonly #labels: { readonly ip_family: string };
  readonly #nftFamily: NftFamily;
  readonly #table: ServiceTable;
  readonly #runner: BoundedFrequencyRunner;
  readonly #services = new Map<string, ProgrammedService>();
  readonly #dirty = new Set<string>();
  readonly #triggerTimes: number[] = [];
  readonly #started: number;
  #config: ProxierConfig;
  #base: BaseRuleset;
  #needFullSync = true;
  #lastFullSync = 0;
  #cleanConntrack = false;
  #initialized = false;
  #verified = 0;
  #stopped = false;
  #verifyTimer: Timer | undefined;
  #staleTimer: Timer | undefined;

  constructor(options: ProxierOptions) {
    this.family = options.family;
    this.#options = options;
    this.#log = options.log.with({ ipFamily: `IPv${options.family}` });
    this.#labels = { ip_family: `IPv${options.family}` };
    this.#nftFamily = options.family === 4 ? 'ip' : 'ip6';
    this.#table = new ServiceTable(tableName(options.family));
    this.#config = options.config;
    this.#base = new BaseRuleset(options.config.base);
    this.#started = options.clock.now();
    this.#runner = new BoundedFrequencyRunner(options.clock, {
      minIntervalMs: options.minSyncPeriodMs,
      retryIntervalMs: RETRY_MS,
      maxIntervalMs: FULL_SYNC_PERIOD_MS,
      run: () => this.#sync(),
    });
  }

  get services(): ReadonlyMap<string, ProgrammedService> {
    return this.#services;
  }

  /** Services and endpoints are complete: from now on the table may be written. */
  start(): void {
    this.#initialized = true;
    this.#options.health.updated(this.#options.family);
    for (const key of this.#options.serviceKeys()) this.#dirty.add(key);
    this.#request();
    this.#armVerify();
  }

  /** A Service or one of its slices changed. `triggerTimeMs`: when the change that led to it was made, for the latency metric. */
  changed(key: string, triggerTimeMs?: number): void {
    this.#dirty.add(key);
    if (triggerTimeMs !== undefined && triggerTimeMs > this.#started) this.#triggerTimes.push(triggerTimeMs);
    this.#request();
  }

  /** Address, zone, service ranges or another setting changed: everything is planned and written again. */
  reconfigure(config: ProxierConfig): void {
    if (JSON.stringify(config) === JSON.stringify(this.#config)) return;
    this.#config = config;
    this.#base = new BaseRuleset(config.base);
    this.#needFullSync = true;
    for (const key of this.#services.keys()) this.#dirty.add(key);
    this.#request();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#verifyTimer?.cancel();
    this.#staleTimer?.cancel();
    await this.#runner.stop();
  }

  #request(): void {
    if (!this.#initialized) return;
    this.#options.health.queuedUpdate(this.#options.family);
    this.#options.metrics.lastQueued.set(this.#options.clock.now() / 1000, this.#labels);
    this.#runner.request();
  }

  async #sync(): Promise<void> {
    const { clock, metrics } = this.#options;
    const started = clock.monotonic();
    await this.#deleteStaleChains();
    const full = this.#needFullSync || started - this.#lastFullSync >= FULL_SYNC_PERIOD_MS;
    try {
      const triggers = this.#triggerTimes.splice(0);
      await this.#planDirty();
      if (full) await this.#applyFull();
      else await this.#applyDelta();
      for (const at of triggers) metrics.programmingSeconds.observe(Math.max(0, clock.now() - at) / 1000, this.#labels);
      this.#armStaleChains();
      this.#reportSynced();
    } catch (error) {
      this.#needFullSync = true;
      metrics.syncFailures.add(1, this.#labels);
      this.#log.error('nftables sync failed, will retry', error, { retryMs: RETRY_MS });
      throw error;
    } finally {
      const seconds = (clock.monotonic() - started) / 1000;
      metrics.syncSeconds.observe(seconds, this.#labels);
      (full ? metrics.fullSyncSeconds : metrics.partialSyncSeconds).observe(seconds, this.#labels);
    }
    await this.#afterSync();
  }

  async #planDirty(): Promise<void> {
    let planned = 0;
    for (const key of this.#dirty) {
      this.#dirty.delete(key);
      try {
        this.#planOne(key);
      } catch (error) {
        // One object that cannot be understood must not stop the others.
        this.#log.error('Cannot plan service, keeping its last rules', error, { service: key });
      }
      if (++planned % PLAN_BATCH === 0) await this.#options.clock.sleep(0);
    }
  }

  #planOne(key: string): void {
    const { family } = this.#options;
    const { context } = this.#config;
    const service = this.#options.service(key);
    const ports = service ? servicePorts(service, family) : [];
    if (ports.length === 0) {
      this.#table.replace(key, undefined);
      this.#services.delete(key);
      return;
    }
    const endpoints = endpointsFromSlices(this.#options.slices(key), family, context.nodeName);
    const signature = udpSignature(ports, endpoints);
    if (signature !== (this.#services.get(key)?.udpSignature ?? '')) this.#cleanConntrack = true;
    this.#services.set(key, { ports, endpoints, udpSignature: signature });
    this.#table.replace(key, planService(ports, endpoints, context));
  }

  async #applyFull(): Promise<void> {
    const { nft, clock } = this.#options;
    const affinity = await nft.timedElements(this.#nftFamily, TABLE, AFFINITY_PREFIX);
    await this.#apply(this.#table.fullScript(this.#base, affinity));
    this.#table.synced(true, clock.monotonic());
    this.#needFullSync = false;
    this.#lastFullSync = clock.monotonic();
  }

  async #applyDelta(): Promise<void> {
    const { clock } = this.#options;
    if (!this.#table.hasChanges) return;
    try {
      await this.#apply(this.#table.deltaScript(this.#base));
      this.#table.synced(false, clock.monotonic());
    } catch (error) {
      if (!(error instanceof NftError)) throw error;
      // Most likely somebody else changed or flushed the table, so that a difference has nothing to apply to.
      this.#log.warn('nftables table is not as it was left, replacing it', { error: error.message });
      this.#options.metrics.syncFailures.add(1, this.#labels);
      await this.#applyFull();
    }
  }

  async #apply(script: readonly string[]): Promise<void> {
    if (script.length > 0) await this.#options.nft.apply(script.map((line) => `${line}\n`));
  }

  #reportSynced(): void {
    const { metrics, health, clock, family } = this.#options;
    health.updated(family);
    metrics.lastSync.set(clock.now() / 1000, this.#labels);
    let internal = 0;
    let external = 0;
    for (const plan of this.#table.plans.values()) {
      internal += plan.noLocalEndpoints.internal;
      external += plan.noLocalEndpoints.external;
    }
    metrics.noLocalEndpoints.set(internal, { traffic_policy: 'internal', ...this.#labels });
    metrics.noLocalEndpoints.set(external, { traffic_policy: 'external', ...this.#labels });
  }

  /** What is done once the rules are in place. Failures here do not undo them. */
  async #afterSync(): Promise<void> {
    await this.#options.onSynced();
    if (!this.#cleanConntrack) return;
    this.#cleanConntrack = false;
    const { conntrack, family, metrics, clock } = this.#options;
    const started = clock.monotonic();
    try {
      const stale = staleFlows(await conntrack.listUdp(family), this.#portsWithEndpoints());
      for (const flow of stale) metrics.conntrackDeleted.add(await conntrack.deleteUdp(family, flow), this.#labels);
    } catch (error) {
      this.#log.error('Failed to clear stale conntrack entries', error);
    }
    metrics.conntrackSeconds.observe((clock.monotonic() - started) / 1000, this.#labels);
  }

  *#portsWithEndpoints() {
    for (const { ports, endpoints } of this.#services.values()) {
      for (const port of ports) yield { port, endpoints: endpoints.get(endpointsKey(port.name, port.protocol)) ?? [] };
    }
  }

  #armStaleChains(): void {
    if (!this.#table.hasStaleChains || this.#staleTimer) return;
    this.#staleTimer = this.#options.clock.schedule(STALE_CHAIN_AGE_MS + 100, () => {
      this.#staleTimer = undefined;
      this.#request();
    });
  }

  async #deleteStaleChains(): Promise<void> {
    try {
      await this.#apply(this.#table.takeStaleChains(this.#options.clock.monotonic(), STALE_CHAIN_AGE_MS));
    } catch (error) {
      this.#log.error('Unable to delete stale chains, replacing the table', error);
      this.#options.metrics.cleanupFailures.add(1, this.#labels);
      this.#needFullSync = true;
    }
  }

  /** Notices within a sync period that somebody removed the table, and after some that its rules were flushed. */
  #armVerify(): void {
    this.#verifyTimer = this.#options.clock.schedule(this.#options.syncPeriodMs, () => void this.#verify());
  }

  async #verify(): Promise<void> {
    try {
      if (!this.#needFullSync && !(await this.#isIntact())) {
        this.#log.warn('nftables table was flushed or removed by somebody else, writing it again');
        this.#needFullSync = true;
        this.#request();
      }
    } catch (error) {
      this.#log.error('Cannot check the nftables table', error);
    }
    if (!this.#stopped) this.#armVerify();
  }

  async #isIntact(): Promise<boolean> {
    const { nft } = this.#options;
    try {
      // Costs the same whatever the table holds; listing anything makes nft read all of it, a quarter of a second with 10,000 services.
      await this.#apply([`flush chain ${tableName(this.#options.family)} ${LIVENESS_CHAIN}`]);
    } catch (error) {
      if (error instanceof NftError && error.notFound) return false;
      throw error;
    }
    if (++this.#verified % RULE_CHECK_EVERY !== 0) return true;
    return ((await nft.countRules(this.#nftFamily, TABLE, 'nat-prerouting')) ?? 0) > 0;
  }
}

function udpSignature(ports: readonly ServicePortInfo[], endpoints: EndpointsByPort): string {
  const parts: string[] = [];
  for (const port of ports) {
    if (port.protocol !== 'udp') continue;
    const serving = (endpoints.get(endpointsKey(port.name, 'udp')) ?? []).filter((e) => e.serving);
    const addresses = [port.clusterIP, ...port.externalIPs, ...port.loadBalancerVIPs].join(' ');
    parts.push(`${addresses} ${port.port} ${port.nodePort}: ${serving.map((e) => `${e.ip} ${e.port}`).join(', ')}`);
  }
  return parts.join('\n');
}
