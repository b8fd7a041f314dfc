import type { KubeObject } from '../../api/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client, ResourceRef } from '../../client/client.ts';
import { keepAlive } from '../../host/keep-alive.ts';
import { isExpired, isNotFound } from '../../machinery/status-error.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Wait<T extends KubeObject> {
  readonly client: Client;
  readonly clock: Clock;
  readonly virtual: VirtualTime | undefined;
  readonly ref: ResourceRef<T>;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly timeoutMs: number;
  condition(object: T | undefined): boolean;
}

export async function waitFor<T extends KubeObject>(wait: Wait<T>): Promise<T | undefined> {
  return wait.virtual ? inVirtualTime(wait, wait.virtual) : byWatching(wait);
}

async function inVirtualTime<T extends KubeObject>(wait: Wait<T>, virtual: VirtualTime): Promise<T | undefined> {
  let last: T | undefined;
  const done = await virtual.advanceUntil(async () => wait.condition((last = await current(wait))), wait.timeoutMs);
  if (!done) throw timeoutError(wait, last);
  return last;
}

async function byWatching<T extends KubeObject>(wait: Wait<T>): Promise<T | undefined> {
  const { client, clock, ref, name, namespace, timeoutMs, condition } = wait;
  const stop = new AbortController();
  const timer = clock.schedule(timeoutMs, () => stop.abort());
  // What is waited for may itself wait for a timer, and those of a clock do not keep the process running.
  const release = keepAlive();
  const fieldSelector = `metadata.name=${name}`;
  let last: T | undefined;
  try {
    while (!stop.signal.aborted) {
      const list = await client.resource(ref).list({ ...(namespace !== undefined && { namespace }), fieldSelector });
      last = list.items[0];
      if (condition(last)) return last;
      const { resourceVersion } = list.metadata;
      for await (const event of client.resource(ref).watch({ ...(namespace !== undefined && { namespace }), fieldSelector, ...(resourceVersion !== undefined && { resourceVersion }), signal: stop.signal })) {
        if (event.type === 'ERROR') break;
        if (event.type === 'BOOKMARK') continue;
        last = event.type === 'DELETED' ? undefined : event.object;
        if (condition(last)) return last;
      }
    }
  } catch (error) {
    if (!stop.signal.aborted && !isExpired(error)) throw error;
  } finally {
    release();
    timer.cancel();
    stop.abort();
  }
  throw timeoutError(wait, last);
}

async function current<T extends KubeObject>({ client, ref, name, namespace }: Wait<T>): Promise<T | undefined> {
  try {
    return await client.resource(ref).get(name, { ...(namespace !== undefined && { namespace }) });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function timeoutError<T extends KubeObject>({ ref, name, timeoutMs }: Wait<T>, last: T | undefined): Error {
  return new Error(`Waited ${timeoutMs} ms in vain for ${ref.resource} "${name}": it is ${last ? JSON.stringify(last) : 'not there'}`);
}
