/** Just enough of an API server for tests of the kubelet: objects in memory, lists, watches, strategic merge patches of status. */
import { getType } from '../../api/schema.ts';
import type { KubeObject } from '../../api/object.ts';
import type { StreamResponse, Transport, TransportRequest, TransportResponse, WatchEvent } from '../../client/transport.ts';
import { applyStrategicMergePatch } from '../../machinery/patch/strategic-merge.ts';
import { alreadyExists, notFound } from '../../machinery/status-error.ts';

interface Target {
  /** Group and resource, for instance `/pods` or `coordination.k8s.io/leases`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

interface Change {
  readonly revision: number;
  readonly resource: string;
  readonly event: WatchEvent<KubeObject>;
}

const TYPES: Readonly<Record<string, readonly [kind: string, schema: string]>> = {
  '/pods': ['Pod', 'core/v1.Pod'],
  '/nodes': ['Node', 'core/v1.Node'],
};

export class MemoryApi implements Transport {
  readonly #objects = new Map<string, KubeObject>();
  readonly #changes: Change[] = [];
  readonly #waiting = new Set<() => void>();

  all<T extends KubeObject>(resource: string): T[] {
    return [...this.#objects].filter(([key]) => key.startsWith(`${resource}|`)).map(([, object]) => object as T);
  }

  request({ method, path, query, body }: TransportRequest): Promise<TransportResponse> {
    const target = parse(path);
    try {
      return Promise.resolve({
        status: 200,
        headers: {},
        body: this.#answer(method, target, query ?? {}, structuredClone(body) as KubeObject),
      });
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async *watch({ path, query, signal }: TransportRequest): AsyncGenerator<WatchEvent> {
    const { resource } = parse(path);
    let seen = Number(query?.['resourceVersion'] ?? 0);
    while (!signal?.aborted) {
      for (const change of this.#changes) {
        if (change.revision <= seen || change.resource !== resource) continue;
        seen = change.revision;
        if (selected(change.event.object, query?.['fieldSelector'])) yield structuredClone(change.event);
      }
      await this.#next(signal);
    }
  }

  stream(): Promise<StreamResponse> {
    return Promise.reject(new Error('not used'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #answer(method: string, target: Target, query: Readonly<Record<string, unknown>>, sent: KubeObject): unknown {
    const { resource, namespace, name } = target;
    if (method === 'POST') return this.#create(target, sent);
    if (name === '') {
      const items = this.all(resource).filter(
        (o) => (!namespace || o.metadata.namespace === namespace) && selected(o, query['fieldSelector']),
      );
      return { metadata: { resourceVersion: String(this.#changes.length) }, items: structuredClone(items) };
    }
    const current = this.#objects.get(keyOf(target));
    if (!current) throw notFound(groupResource(resource), name);
    if (method === 'DELETE')
      return this.#delete(target, current, (sent as { gracePeriodSeconds?: number } | undefined)?.gracePeriodSeconds);
    if (method === 'PUT') return this.#store(target, { ...sent, metadata: { ...current.metadata, ...sent.metadata } });
    if (method === 'PATCH') {
      const schema = TYPES[resource]?.[1];
      const patched = schema ? applyStrategicMergePatch(current, sent, getType(schema)) : { ...current, ...sent };
      return this.#store(target, patched as unknown as KubeObject);
    }
    return structuredClone(current);
  }

  #create(target: Target, sent: KubeObject): KubeObject {
    const { resource, namespace } = target;
    if (resource.endsWith('/tokenreviews') || resource.endsWith('/subjectaccessreviews')) return sent;
    const name = sent.metadata.name || `${String(sent.metadata['generateName'] ?? '')}${this.#changes.length}`;
    const whole = { ...target, name };
    if (this.#objects.has(keyOf(whole))) throw alreadyExists(groupResource(resource), name);
    const metadata = {
      ...sent.metadata,
      name,
      ...(namespace && { namespace }),
      uid: `00000000-0000-4000-8000-${String(this.#changes.length).padStart(12, '0')}`,
      creationTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
      generation: 1,
    };
    const kind = TYPES[resource]?.[0];
    return this.#store(whole, { ...sent, ...(kind && { apiVersion: 'v1', kind }), metadata } as KubeObject, 'ADDED');
  }

  #delete(target: Target, current: KubeObject, grace: number | undefined): KubeObject {
    if (target.resource === '/pods' && grace !== 0) {
      const deletionTimestamp = new Date(Date.now() + (grace ?? 30) * 1000).toISOString().replace(/\.\d+/, '');
      return this.#store(target, {
        ...current,
        metadata: { ...current.metadata, deletionTimestamp, deletionGracePeriodSeconds: grace ?? 30 },
      });
    }
    this.#objects.delete(keyOf(target));
    return this.#note(target, current, 'DELETED');
  }

  #store(target: Target, object: KubeObject, type: 'ADDED' | 'MODIFIED' = 'MODIFIED'): KubeObject {
    const stored = this.#note(target, object, type);
    this.#objects.set(keyOf(target), stored);
    return structuredClone(stored);
  }

  #note({ resource }: Target, object: KubeObject, type: 'ADDED' | 'MODIFIED' | 'DELETED'): KubeObject {
    const revision = this.#changes.length + 1;
    const noted = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    this.#changes.push({ revision, resource, event: { type, object: noted } });
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    return noted;
  }

  #next(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

function parse(path: string): Target {
  const parts = path.split('/').filter(Boolean);
  const [group, rest] = parts[0] === 'api' ? ['', parts.slice(2)] : [parts[1] ?? '', parts.slice(3)];
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name = '', subresource = ''] = namespaced ? rest.slice(2) : rest;
  return { resource: `${group}/${resource}`, namespace: namespaced ? (rest[1] ?? '') : '', name, subresource };
}

function keyOf({ resource, namespace, name }: Target): string {
  return `${resource}|${namespace}|${name}`;
}

function groupResource(resource: string) {
  const [group = '', name = ''] = resource.split('/');
  return { group, resource: name };
}

function selected(object: KubeObject, selector: unknown): boolean {
  if (typeof selector !== 'string' || selector === '') return true;
  const [field = '', value] = selector.split('=');
  let at: unknown = object;
  for (const part of field.split('.')) at = (at as Record<string, unknown> | undefined)?.[part];
  return (at ?? '') === value;
}
