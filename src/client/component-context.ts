import type { Clock, Random } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Client } from './client.ts';
import type { ComponentContext } from './component.ts';
import { eventRecorder } from './events.ts';
import { informerFactory } from './shared-informer.ts';
import type { Transport } from './transport.ts';

export interface ContextOptions {
  readonly transport: Transport;
  /** Source of its events, and part of its log lines. */
  readonly component: string;
  /** Node name, for components of a node. */
  readonly host?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What a component is given, over one transport. Its informers stop when the signal aborts. */
export function componentContext(options: ContextOptions): ComponentContext {
  const { clock, random, signal, component } = options;
  const log = options.log.with({ component });
  const client = new Client(options.transport);
  const informers = informerFactory({ client, clock, random, log });
  signal.addEventListener('abort', () => void informers.stop(), { once: true });
  const recorder = eventRecorder({
    client,
    component,
    ...(options.host !== undefined && { host: options.host }),
    clock,
    random,
    log,
    signal,
  });
  return { client, informers, recorder, clock, random, log, signal };
}
