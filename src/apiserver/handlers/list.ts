import type { AnyObject } from '../../api/object.ts';
import { expired, timeout, type StatusError } from '../../machinery/status-error.ts';
import { groupVersionString } from '../../api/surface.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import { RevisionCompactedError } from '../../storage/storage.ts';
import { ResourceVersionTooLargeError } from '../../storage/watch-cache.ts';
import type { ApiResponse, RequestContext } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import { listParameters, parseRevision, type ListParameters } from './options.ts';
import { selection, type Selection } from './selection.ts';

export interface Listed {
  readonly items: readonly CachedObject[];
  readonly revision: number;
  readonly continue: string;
  readonly remaining: number | undefined;
}

/** GET of a collection. Semantics of resourceVersion: https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list */
export async function list(context: RequestContext, served: ServedResource): Promise<ApiResponse> {
  const parameters = listParameters(context.request.query);
  const listed = await listObjects(served, selection(served, context.info), parameters);
  return {
    type: 'list',
    status: 200,
    apiVersion: groupVersionString(served.definition),
    kind: served.definition.listKind,
    metadata: {
      resourceVersion: String(listed.revision),
      ...(listed.continue !== '' && { continue: listed.continue }),
      ...(listed.remaining !== undefined && { remainingItemCount: listed.remaining }),
    },
    items: listed.items,
  };
}

export async function listObjects(served: ServedResource, selected: Selection, p: ListParameters): Promise<Listed> {
  const { cache } = served.store;
  if (p.continue === '' && p.resourceVersion !== '' && p.resourceVersion !== '0') await waitFor(cache, parseRevision(p.resourceVersion));
  const token = p.continue !== '' ? decodeContinue(p.continue, selected.prefix) : undefined;
  const exact = token ? (token.revision > 0 ? token.revision : undefined) : p.resourceVersionMatch === 'Exact' || (p.limit > 0 && p.resourceVersion !== '' && p.resourceVersion !== '0' && p.resourceVersionMatch === '') ? parseRevision(p.resourceVersion) : undefined;
  const found = await snapshot(served, selected, exact, token?.fromKey, p);
  return cut(await servedMatches(served, selected, found.items), found.revision, selected, p.limit);
}

/** Checks what only the served form tells. */
async function servedMatches(served: ServedResource, { matchesServed }: Selection, items: readonly CachedObject[]): Promise<readonly CachedObject[]> {
  if (!matchesServed || !served.convert) return items;
  const kept: CachedObject[] = [];
  for (const item of items) if (matchesServed(await served.convert.fromStored(item.object as AnyObject))) kept.push(item);
  return kept;
}

async function waitFor(cache: ServedResource['store']['cache'], revision: number): Promise<void> {
  try {
    await cache.waitFor(revision);
  } catch (error) {
    throw error instanceof ResourceVersionTooLargeError ? resourceVersionTooLarge(error.requested, error.current) : error;
  }
}

/** 504 with the cause client-go looks for. */
export function resourceVersionTooLarge(requested: number, current: number): StatusError {
  const error = timeout(`Too large resource version: ${requested}, current: ${current}`, 1);
  error.status.details = { ...error.status.details, causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }] };
  return error;
}

async function snapshot(served: ServedResource, selected: Selection, revision: number | undefined, from: string | undefined, p: ListParameters) {
  const { cache } = served.store;
  // Newest state: what the storage holds now, not what this cache happens to have seen.
  if (p.resourceVersion === '' && revision === undefined) await cache.consistent();
  if (selected.key !== undefined && revision === undefined && from === undefined) {
    const found = cache.get(selected.key);
    return { items: found ? [found] : [], revision: cache.revision };
  }
  const range = { prefix: selected.prefix, from };
  try {
    return revision === undefined ? cache.list(range) : await cache.listAt(revision, range);
  } catch (error) {
    if (!(error instanceof RevisionCompactedError)) throw error;
    if (p.continue === '') throw expired(`The resourceVersion for the provided list is too old.`);
    throw expiredContinue(selected, from ?? '');
  }
}

/** Compacted while a client was reading in chunks: it may go on with the newest state, knowing that the list is not consistent. */
function expiredContinue(selected: Selection, from: string) {
  const error = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  error.status.metadata = { continue: encodeContinue(from.replace(/\0$/, ''), selected.prefix, -1) };
  return error;
}

function cut(items: readonly CachedObject[], revision: number, selected: Selection, limit: number): Listed {
  const { matches } = selected;
  if (limit <= 0) return { items: matches ? items.filter(matches) : items, revision, continue: '', remaining: undefined };
  const out: CachedObject[] = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (!item || (matches && !matches(item))) continue;
    if (out.length === limit) {
      const last = out.at(-1);
      // With a selector nobody can say how many of the rest match.
      return { items: out, revision, continue: encodeContinue(last?.key ?? '', selected.prefix, revision), remaining: matches ? undefined : items.length - limit };
    }
    out.push(item);
  }
  return { items: out, revision, continue: '', remaining: undefined };
}
