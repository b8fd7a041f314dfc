/** The typed client: verbs on resources over a Transport. See resources.ts for the references of every built-in resource. */
import type { DeleteOptions, ListMeta, Status } from '../api/meta/v1.gen.ts';
import type { Draft, GroupVersionResource, KubeList, KubeObject } from '../api/object.ts';
import { groupVersionString } from '../api/surface.ts';
import type { Query, Transport, TransportRequest, WatchEvent } from './transport.ts';

/** Names a resource and, for the compiler, its type. */
export interface ResourceRef<T extends KubeObject = KubeObject> extends GroupVersionResource {
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: carries the type. */
  readonly __type?: T;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface GetOptions extends CallOptions {
  readonly namespace?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly subresource?: string | undefined;
}

export interface ListOptions extends CallOptions {
  /** Left out: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined;
}

export interface WatchOptions extends ListOptions {
  readonly allowWatchBookmarks?: boolean | undefined;
  readonly sendInitialEvents?: boolean | undefined;
  readonly timeoutSeconds?: number | undefined;
}

export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict' | undefined;
  readonly subresource?: string | undefined;
}

export interface PatchOptions extends WriteOptions {
  readonly namespace?: string | undefined;
  readonly force?: boolean | undefined;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface DeleteCallOptions extends CallOptions {
  readonly namespace?: string | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  readonly preconditions?: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined } | undefined;
  readonly dryRun?: boolean | undefined;
}

const PATCH_TYPES: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** Verbs on one resource. Every call rejects with StatusError when the server refuses. */
export class ResourceClient<T extends KubeObject> {
  readonly #transport: Transport;
  readonly #headers: Readonly<Record<string, string>>;
  readonly ref: ResourceRef<T>;

  constructor(transport: Transport, ref: ResourceRef<T>, headers: Readonly<Record<string, string>> = {}) {
    this.#transport = transport;
    this.#headers = headers;
    this.ref = ref;
  }

  async get(name: string, options: GetOptions = {}): Promise<T> {
    return (await this.#call('GET', this.path(options.namespace, name, options.subresource), options, {
      resourceVersion: options.resourceVersion,
    })) as T;
  }

  /** Items carry apiVersion and kind, which the server leaves out in lists. */
  async list(options: ListOptions = {}): Promise<KubeList<T> & { metadata: ListMeta }> {
    const list = (await this.#call('GET', this.path(options.namespace), options, listQuery(options))) as KubeList<T>;
    // Upstream prints an empty list of metadata as null.
    const items = (list.items as T[] | null) ?? [];
    if (items === list.items && items.every((item) => item.kind)) return list;
    const type = { apiVersion: groupVersionString(this.ref), kind: this.ref.kind };
    return { ...list, items: items.map((item) => ({ ...type, ...item })) };
  }

  watch(options: WatchOptions = {}): AsyncIterable<WatchEvent<T>> {
    const query: Query = {
      ...listQuery(options),
      watch: true,
      allowWatchBookmarks: options.allowWatchBookmarks,
      sendInitialEvents: options.sendInitialEvents,
      timeoutSeconds: options.timeoutSeconds,
    };
    return this.#transport.watch(this.#request('GET', this.path(options.namespace), options, query)) as AsyncIterable<WatchEvent<T>>;
  }

  /** The namespace is the object's. With `subresource` the parent's name is the object's name. */
  async create(object: Draft<T>, options: WriteOptions & { readonly name?: string } = {}): Promise<T> {
    const meta = (object as { metadata?: { namespace?: string; name?: string } }).metadata;
    const path = options.subresource
      ? this.path(meta?.namespace, options.name ?? meta?.name, options.subresource)
      : this.path(meta?.namespace);
    return (await this.#call('POST', path, options, writeQuery(options), this.#typed(object))) as T;
  }

  async update(object: T, options: WriteOptions = {}): Promise<T> {
    const { namespace, name } = object.metadata;
    return (await this.#call(
      'PUT',
      this.path(namespace, name, options.subresource),
      options,
      writeQuery(options),
      this.#typed(object),
    )) as T;
  }

  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.update(object, { ...options, subresource: 'status' });
  }

  async patch(name: string, type: PatchType, patch: unknown, options: PatchOptions = {}): Promise<T> {
    const query = { ...writeQuery(options), force: options.force };
    const headers = { ...options.headers, 'content-type': PATCH_TYPES[type] };
    return (await this.#call('PATCH', this.path(options.namespace, name, options.subresource), { ...options, headers }, query, patch)) as T;
  }

  /** Server-side apply. The object needs its name (and namespace); fieldManager is required by the server. */
  apply(object: Draft<T>, options: PatchOptions & { readonly fieldManager: string }): Promise<T> {
    const meta = (object as { metadata?: { namespace?: string; name?: string } }).metadata;
    return this.patch(meta?.name ?? '', 'apply', this.#typed(object), { namespace: meta?.namespace, ...options });
  }

  /** The deleted object, or a Status when the server answers with one. */
  async delete(name: string, options: DeleteCallOptions = {}): Promise<T | Status> {
    return (await this.#call('DELETE', this.path(options.namespace, name), options, {}, deleteBody(options))) as T | Status;
  }

  async deleteCollection(options: ListOptions & DeleteCallOptions = {}): Promise<void> {
    await this.#call('DELETE', this.path(options.namespace), options, listQuery(options), deleteBody(options));
  }

  /** URL path of the collection, an object or its subresource. */
  path(namespace?: string, name?: string, subresource?: string): string {
    const { group, resource, namespaced } = this.ref;
    let path = `${group === '' ? '/api' : '/apis'}/${groupVersionString(this.ref)}`;
    if (namespaced && namespace) path += `/namespaces/${encodeURIComponent(namespace)}`;
    path += `/${resource}`;
    if (name !== undefined) path += `/${encodeURIComponent(name)}`;
    if (subresource !== undefined) path += `/${subresource}`;
    return path;
  }

  #typed(object: unknown): unknown {
    return { apiVersion: groupVersionString(this.ref), kind: this.ref.kind, ...(object as object) };
  }

  #request(method: TransportRequest['method'], path: string, options: CallOptions, query: Query, body?: unknown): TransportRequest {
    return { method, path, query, body, headers: { ...this.#headers, ...options.headers }, signal: options.signal };
  }

  async #call(method: TransportRequest['method'], path: string, options: CallOptions, query: Query, body?: unknown): Promise<unknown> {
    return (await this.#transport.request(this.#request(method, path, options, query, body))).body;
  }
}

/** Entry to every resource. Cheap to make; `headers` go with each request (user agent, impersonation). */
export class Client {
  readonly transport: Transport;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(transport: Transport, options: { readonly headers?: Readonly<Record<string, string>> } = {}) {
    this.transport = transport;
    this.#headers = options.headers ?? {};
  }

  /** The same client (identity, headers) over a transport that wraps this one's. */
  wrapped(wrap: (transport: Transport) => Transport): Client {
    return new Client(wrap(this.transport), { headers: this.#headers });
  }

  resource<T extends KubeObject>(ref: ResourceRef<T>): ResourceClient<T> {
    return new ResourceClient(this.transport, ref, this.#headers);
  }

  /** A plain request: discovery, /version, non-resource paths, subresources with bodies of their own. */
  async raw(request: TransportRequest): Promise<unknown> {
    return (await this.transport.request({ ...request, headers: { ...this.#headers, ...request.headers } })).body;
  }
}

function listQuery(o: ListOptions): Query {
  return {
    labelSelector: o.labelSelector || undefined,
    fieldSelector: o.fieldSelector || undefined,
    limit: o.limit,
    continue: o.continue,
    resourceVersion: o.resourceVersion,
    resourceVersionMatch: o.resourceVersionMatch,
  };
}

function writeQuery(o: WriteOptions): Query {
  return { dryRun: o.dryRun ? 'All' : undefined, fieldManager: o.fieldManager, fieldValidation: o.fieldValidation };
}

function deleteBody(o: DeleteCallOptions): Draft<DeleteOptions> & { apiVersion: string; kind: string } {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(o.gracePeriodSeconds !== undefined && { gracePeriodSeconds: o.gracePeriodSeconds }),
    ...(o.propagationPolicy !== undefined && { propagationPolicy: o.propagationPolicy }),
    ...(o.preconditions !== undefined && { preconditions: o.preconditions }),
    ...(o.dryRun && { dryRun: ['All'] }),
  };
}
