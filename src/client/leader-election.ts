import type { Lease, LeaseSpec } from '../api/coordination/v1.gen.ts';
import { type Clock, formatMicroTime, type Random } from '../base/clock.ts';
import { errorMessage, type Logger } from '../base/log.ts';
import { isNotFound } from '../machinery/status-error.ts';
import type { Client } from './client.ts';
import type { EventRecorder } from './component.ts';
import { leases } from './resources.ts';

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Of this candidate; unique. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly recorder?: EventRecorder | undefined;
  /** 15 s, 10 s, 2 s when left out: --leader-elect-lease-duration, -renew-deadline, -retry-period. */
  readonly leaseDurationMs?: number;
  readonly renewDeadlineMs?: number;
  readonly retryPeriodMs?: number;
  /** Gives the lease up when the signal aborts, so that the next leader need not wait. */
  readonly releaseOnCancel?: boolean;
  readonly signal: AbortSignal;
  /** Runs while this process leads; its signal aborts when leadership ends, and the election waits for it to return. */
  onStartedLeading(signal: AbortSignal): Promise<void> | void;
  onNewLeader?(identity: string): void;
}

const JITTER = 1.2;

/**
 * Takes part in an election by Lease (k8s.io/client-go/tools/leaderelection): waits to lead, leads, and resolves when leadership was lost
 * ('lost'; the process should then end or begin anew) or the signal aborted ('stopped'). Time is measured by this process's clock from when
 * a change of the lease was seen, so clocks need not agree.
 */
export async function runLeaderElection(options: LeaderElectionOptions): Promise<'lost' | 'stopped'> {
  const { renewDeadlineMs = 10_000, retryPeriodMs = 2000, leaseDurationMs = 15_000 } = options;
  if (leaseDurationMs <= renewDeadlineMs) throw new Error('leaseDuration must be greater than renewDeadline');
  if (renewDeadlineMs <= JITTER * retryPeriodMs) throw new Error('renewDeadline must be greater than retryPeriod*JitterFactor');
  return new LeaderElector(options, leaseDurationMs, renewDeadlineMs, retryPeriodMs).run();
}

class LeaderElector {
  readonly #options: LeaderElectionOptions;
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  /** The lease as last seen or written, and when (monotonic). */
  #observed: Lease | undefined;
  #observedAt = 0;
  #reported = '';

  constructor(options: LeaderElectionOptions, leaseDurationMs: number, renewDeadlineMs: number, retryPeriodMs: number) {
    this.#options = options;
    this.#leaseDurationMs = leaseDurationMs;
    this.#renewDeadlineMs = renewDeadlineMs;
    this.#retryPeriodMs = retryPeriodMs;
  }

  async run(): Promise<'lost' | 'stopped'> {
    const { signal, log, identity, name } = this.#options;
    if (!(await this.#acquire())) return 'stopped';
    log.info('successfully acquired lease', { lease: name, identity });
    this.#event('became leader');
    const term = new AbortController();
    // Started in a turn of its own: renewing must begin whatever it does.
    const leading = Promise.resolve()
      .then(() => this.#options.onStartedLeading(term.signal))
      .catch((error: unknown) => log.error('what runs as leader failed', error, { lease: name }));
    await this.#renew();
    term.abort(new Error('leadership ended'));
    await leading;
    this.#event('stopped leading');
    if (!signal.aborted) return 'lost';
    if (this.#options.releaseOnCancel) await this.#release();
    return 'stopped';
  }

  /** True when this process leads; false when the signal aborted first. */
  async #acquire(): Promise<boolean> {
    const { signal, clock, random } = this.#options;
    while (!signal.aborted) {
      const acquired = await this.#try(signal);
      this.#report();
      if (acquired) return true;
      const pause = this.#retryPeriodMs * (1 + JITTER * random.float());
      await clock.sleep(pause, signal).catch(() => {}); // Stopped: the loop ends.
    }
    return false;
  }

  /** Returns when a whole renew deadline passed without success, or the signal aborted. */
  async #renew(): Promise<void> {
    const { signal, clock, log, name } = this.#options;
    while (!signal.aborted) {
      const deadline = new AbortController();
      const timer = clock.schedule(this.#renewDeadlineMs, () => deadline.abort(new Error('renew deadline exceeded')));
      const either = AbortSignal.any([signal, deadline.signal]);
      let renewed = false;
      while (!renewed && !either.aborted) {
        renewed = await this.#try(either);
        if (!renewed) await clock.sleep(this.#retryPeriodMs, either).catch(() => {}); // Too late or stopped: the loop ends.
      }
      timer.cancel();
      this.#report();
      if (!renewed) {
        if (!signal.aborted) log.warn('failed to renew lease', { lease: name });
        return;
      }
      await clock.sleep(this.#retryPeriodMs, signal).catch(() => {}); // Stopped: the loop ends.
    }
  }

  /** One attempt to take or renew the lease. */
  async #try(signal: AbortSignal): Promise<boolean> {
    const { client, namespace, name, log } = this.#options;
    const resource = client.resource(leases);
    try {
      // The leader writes upon what it wrote last, without reading.
      if (this.#leads() && this.#valid()) {
        const done = await this.#write(this.#observed as Lease, signal).catch(() => false);
        if (done) return true;
      }
      let lease: Lease;
      try {
        lease = await resource.get(name, { namespace, signal });
      } catch (error) {
        if (!isNotFound(error)) throw error;
        const spec = this.#spec(undefined);
        this.#observe(await resource.create({ metadata: { name, namespace }, spec }, { signal }));
        return true;
      }
      if (JSON.stringify(lease.spec) !== JSON.stringify(this.#observed?.spec)) this.#observe(lease);
      if (lease.spec?.holderIdentity && this.#valid() && !this.#leads()) return false;
      return await this.#write(lease, signal);
    } catch (error) {
      if (!signal.aborted) log.warn('cannot take or renew the lease', { lease: name, err: errorMessage(error) });
      return false;
    }
  }

  async #write(lease: Lease, signal: AbortSignal): Promise<boolean> {
    this.#observe(await this.#options.client.resource(leases).update({ ...lease, spec: this.#spec(lease.spec) }, { signal }));
    return true;
  }

  #spec(before: LeaseSpec | undefined): LeaseSpec {
    const { identity, clock } = this.#options;
    const now = formatMicroTime(clock.now());
    const same = before?.holderIdentity === identity;
    return {
      ...before,
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#leaseDurationMs / 1000),
      acquireTime: same && before.acquireTime ? before.acquireTime : now,
      renewTime: now,
      leaseTransitions: before ? (before.leaseTransitions ?? 0) + (same ? 0 : 1) : 0,
    };
  }

  async #release(): Promise<void> {
    const { client, namespace, name, log, clock } = this.#options;
    try {
      const lease = await client.resource(leases).get(name, { namespace });
      if (lease.spec?.holderIdentity !== this.#options.identity) return;
      const now = formatMicroTime(clock.now());
      const spec: LeaseSpec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
      await client.resource(leases).update({ ...lease, spec });
    } catch (error) {
      log.warn('cannot release the lease', { lease: name, err: errorMessage(error) });
    }
  }

  #leads(): boolean {
    return this.#observed?.spec?.holderIdentity === this.#options.identity;
  }

  #valid(): boolean {
    const seconds = this.#observed?.spec?.leaseDurationSeconds ?? this.#leaseDurationMs / 1000;
    return this.#observedAt + seconds * 1000 > this.#options.clock.monotonic();
  }

  #observe(lease: Lease): void {
    this.#observed = lease;
    this.#observedAt = this.#options.clock.monotonic();
  }

  #report(): void {
    const holder = this.#observed?.spec?.holderIdentity ?? '';
    if (holder === this.#reported) return;
    this.#reported = holder;
    this.#options.onNewLeader?.(holder);
  }

  #event(what: string): void {
    const lease = this.#observed;
    if (lease)
      this.#options.recorder?.event(
        { ...lease, apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
        'Normal',
        'LeaderElection',
        `${this.#options.identity} ${what}`,
      );
  }
}
