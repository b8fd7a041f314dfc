import type { Event } from '../api/core/v1.gen.ts';
import type { KubeObject } from '../api/object.ts';
import { type Clock, formatTime, type Random } from '../base/clock.ts';
import { errorMessage, type Logger } from '../base/log.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound, StatusError } from '../machinery/status-error.ts';
import type { Client } from './client.ts';
import type { EventOptions, EventRecorder } from './component.ts';
import { EventCorrelator } from './event-correlator.ts';
import { events } from './resources.ts';

export interface EventRecorderOptions {
  readonly client: Client;
  /** Who reports: `deployment-controller`, `kubelet`. */
  readonly component: string;
  /** Node name, for components of a node. */
  readonly host?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface RunningEventRecorder extends EventRecorder {
  /** Resolves when everything recorded so far was written or given up. */
  flush(): Promise<void>;
}

const MAX_QUEUED = 1000;
const MAX_TRIES = 12;
const RETRY_MS = 10_000;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Writes core/v1 Events through the client, in the background, one after another (k8s.io/client-go/tools/record). */
export function eventRecorder(options: EventRecorderOptions): RunningEventRecorder {
  return new Recorder(options);
}

class Recorder implements RunningEventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #correlator = new EventCorrelator();
  readonly #queue: Event[] = [];
  #working: Promise<void> | undefined;
  #lastNanos = 0n;
  #dropped = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, extra: EventOptions = {}): void {
    const { signal, log } = this.#options;
    if (signal.aborted) return;
    if (this.#queue.length >= MAX_QUEUED) {
      if (this.#dropped++ % MAX_QUEUED === 0) log.warn('events are dropped: the queue is full', { dropped: this.#dropped });
      return;
    }
    this.#queue.push(this.#make(about, type, reason, message, extra));
    this.#working ??= this.#work();
  }

  async flush(): Promise<void> {
    while (this.#working) await this.#working;
  }

  #make(about: KubeObject, type: string, reason: string, message: string, { fieldPath, annotations }: EventOptions): Event {
    const { component, host, clock } = this.#options;
    const { namespace, name, uid, resourceVersion } = about.metadata;
    const now = formatTime(clock.now());
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: this.#name(name ?? ''),
        namespace: namespace || 'default',
        ...(annotations && { annotations: { ...annotations } }),
      },
      involvedObject: {
        kind: about.kind,
        apiVersion: about.apiVersion,
        name,
        ...(namespace && { namespace }),
        ...(uid && { uid }),
        ...(resourceVersion && { resourceVersion }),
        ...(fieldPath && { fieldPath }),
      },
      reason,
      message,
      type,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component, ...(host && { host }) },
      reportingComponent: component,
      reportingInstance: host ?? '',
    } as Event;
  }

  /** `<object>.<time in nanoseconds, hexadecimal>`; a UUID when that is no valid name. Never twice the same. */
  #name(object: string): string {
    const nanos = BigInt(Math.floor(this.#options.clock.now() * 1000)) * 1000n;
    this.#lastNanos = nanos > this.#lastNanos ? nanos : this.#lastNanos + 1n;
    const name = `${object}.${this.#lastNanos.toString(16)}`;
    return name.length <= 253 && DNS_SUBDOMAIN.test(name) ? name : this.#options.random.uuid();
  }

  async #work(): Promise<void> {
    // Events of one turn of the event loop are there before the first is looked at.
    await Promise.resolve();
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
      if (this.#options.signal.aborted) break;
      await this.#record(event);
    }
    this.#queue.length = 0;
    this.#working = undefined;
  }

  async #record(event: Event): Promise<void> {
    const { clock, random, log, signal } = this.#options;
    const correlated = this.#correlator.correlate(event, clock.now(), () => this.#name(event.involvedObject.name ?? ''));
    if (!correlated) return;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        this.#correlator.observed(correlated.key, await this.#write(correlated.event, correlated.patch));
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof StatusError) {
          if (!isAlreadyExists(error) && !isNamespaceTerminating(error))
            log.error('server rejected event (will not retry)', error, { reason: event.reason });
          return;
        }
        if (attempt >= MAX_TRIES) return log.error('unable to write event (retry limit exceeded)', error, { reason: event.reason });
        log.warn('unable to write event (may retry after sleeping)', { err: errorMessage(error) });
        // The first pause is a random part, so that not all components come back in step.
        await clock.sleep(attempt === 1 ? RETRY_MS * random.float() : RETRY_MS, signal).catch(() => {}); // Stopped: the loop ends.
      }
    }
  }

  async #write(event: Event, patch: object | undefined): Promise<Event> {
    const { client, signal } = this.#options;
    const resource = client.resource(events);
    const { name, namespace } = event.metadata;
    if (patch) {
      try {
        return await resource.patch(name, 'strategic', patch, { namespace, signal });
      } catch (error) {
        // It may have expired: then it is made anew.
        if (!isNotFound(error)) throw error;
      }
    }
    return resource.create(event, { signal });
  }
}
