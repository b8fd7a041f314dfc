import type { AnyObject } from '../../api/object.ts';
import { groupVersionString } from '../../api/surface.ts';
import { expired, StatusError, internalError } from '../../machinery/status-error.ts';
import type { CacheEvent } from '../../storage/cache-event.ts';
import { RevisionCompactedError } from '../../storage/storage.ts';
import { ResourceVersionTooLargeError, type CacheWatch } from '../../storage/watch-cache.ts';
import type { Clock, Random } from '../../base/clock.ts';
import type { ApiResponse, RequestContext, WatchWriter } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';
import { listParameters, parseRevision, type ListParameters } from './options.ts';
import { resourceVersionTooLarge } from './list.ts';
import { selection, type Selection } from './selection.ts';

/** Watches that name no deadline live between this and twice this. */
const MIN_WATCH_SECONDS = 1800;

/** GET with watch=true. */
export async function watch(context: RequestContext, served: ServedResource, deps: { readonly clock: Clock; readonly random: Random }): Promise<ApiResponse> {
  const parameters = listParameters(context.request.query);
  const selected = selection(served, context.info);
  const seconds = parameters.timeoutSeconds ?? MIN_WATCH_SECONDS * (1 + deps.random.float());
  return {
    type: 'watch',
    status: 200,
    contentType: 'application/json',
    start: (writer) => deliver(served, selected, parameters, writer, seconds, deps.clock),
  };
}

function deliver(served: ServedResource, selected: Selection, p: ListParameters, writer: WatchWriter, seconds: number, clock: Clock): () => void {
  let watching: CacheWatch | undefined;
  let ended = false;
  const stop = () => {
    ended = true;
    timer.cancel();
    watching?.stop();
  };
  const finish = (error?: Error) => {
    if (ended) return;
    stop();
    if (error) writer.event('ERROR', toStatus(error));
    writer.end();
  };
  const timer = clock.schedule(seconds * 1000, finish);
  const begin = () => {
    if (ended) return;
    watching = served.store.cache.watch({
      ...watchOptions(selected, p),
      deadlineMs: seconds * 1000,
      sink: { send: sender(served, selected, writer, finish), end: finish },
    });
    writer.onDrain(() => watching?.resume());
  };
  const afterRevision = revisionOf(p);
  const { cache } = served.store;
  if (cache.isReady && afterRevision <= cache.revision) {
    try {
      begin();
    } catch (error) {
      finish(error as Error);
    }
  } else cache.waitFor(afterRevision).then(begin).catch((error: unknown) => finish(tooLarge(error)));
  return stop;
}

function revisionOf(p: ListParameters): number {
  return p.resourceVersion === '' ? 0 : parseRevision(p.resourceVersion);
}

function watchOptions(selected: Selection, p: ListParameters) {
  return {
    prefix: selected.prefix,
    key: selected.key,
    trigger: selected.nodeName === undefined ? undefined : { index: 'spec.nodeName', value: selected.nodeName },
    filter: selected.matches,
    afterRevision: revisionOf(p),
    sendInitialEvents: p.sendInitialEvents,
    bookmarks: p.allowWatchBookmarks,
  };
}

/** How events reach the writer: at once, or one after another where converting takes a call. */
function sender(served: ServedResource, selected: Selection, writer: WatchWriter, fail: (error: Error) => void): (event: CacheEvent) => boolean {
  if (!served.convertsSlowly) return (event) => sendEvent(served, writer, event, fail);
  let last: Promise<void> = Promise.resolve();
  const matched = new Set<string>();
  return (event) => {
    last = last.then(() => sendConverted(served, selected, writer, event, matched)).catch(fail);
    return true;
  };
}

async function sendConverted(served: ServedResource, { matchesServed }: Selection, writer: WatchWriter, event: CacheEvent, matched: Set<string>): Promise<void> {
  const stored = event.object.object as AnyObject;
  if (event.type === 'BOOKMARK' || !served.convert) return void writer.event(event.type, inVersion(served, event, stored));
  const object = await served.convert.fromStored(stored);
  const { key } = event.object;
  const was = matched.has(key);
  const matches = !matchesServed || matchesServed(object);
  if (!matches && !was) return;
  if (matches && event.type !== 'DELETED') matched.add(key);
  else matched.delete(key);
  // An object that begins to match appears; one that ceases to disappears.
  writer.event(!matches ? 'DELETED' : matchesServed && !was && event.type === 'MODIFIED' ? 'ADDED' : event.type, object);
}

function sendEvent(served: ServedResource, writer: WatchWriter, event: CacheEvent, fail: (error: Error) => void): boolean {
  const object = event.object.object as AnyObject;
  if (!served.convert || event.type === 'BOOKMARK') return writer.event(event.type, inVersion(served, event, object), served.convert ? undefined : event.frame);
  const converted = served.convert.fromStored(object);
  if (!(converted instanceof Promise)) return writer.event(event.type, converted);
  // Only webhook conversion of custom resources is asynchronous; it keeps the order by itself.
  converted.then((o) => writer.event(event.type, o), fail);
  return true;
}

function inVersion(served: ServedResource, event: CacheEvent, object: AnyObject): AnyObject {
  if (event.type !== 'BOOKMARK' || !served.convert) return object;
  return { ...object, kind: served.definition.kind, apiVersion: groupVersionString(served.definition) };
}

function tooLarge(error: unknown): Error {
  if (!(error instanceof ResourceVersionTooLargeError)) return error instanceof Error ? error : new Error(String(error));
  return resourceVersionTooLarge(error.requested, error.current);
}

function toStatus(error: Error): unknown {
  if (error instanceof StatusError) return error.status;
  if (error instanceof RevisionCompactedError) return expired('The resourceVersion for the provided watch is too old.').status;
  return internalError(error.message).status;
}
