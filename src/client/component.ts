/** What every component that works through the API is given. Nothing else comes from outside: no globals, no clock or randomness of its own. */
import type { Clock, Random } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeObject } from '../api/object.ts';
import type { Client } from './client.ts';
import type { InformerFactory } from './informer.ts';

export interface EventOptions {
  /** Part of the object, for example `spec.containers{web}`. */
  readonly fieldPath?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface EventRecorder {
  /** Records an Event about an object; never throws, never blocks the caller; repeated events are aggregated as client-go does. */
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, options?: EventOptions): void;
}

export interface ComponentContext {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Aborts when the component must stop. */
  readonly signal: AbortSignal;
}
