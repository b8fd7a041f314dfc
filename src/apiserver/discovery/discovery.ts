/** Discovery documents: which groups, versions and resources there are (plain and aggregated form). */
import { createHash } from 'node:crypto';
import type { ResourceDefinition } from '../../api/surface.ts';
import { groupVersionString } from '../../api/surface.ts';
import { StatusError } from '../../machinery/status-error.ts';
import type { ApiResponse, RequestContext } from '../request.ts';

/** A group that another server answers for; its documents are fetched by the aggregator. */
export interface DelegatedGroupVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** Resources as aggregated discovery lists them; undefined while the other server has not answered. */
  readonly resources?: readonly unknown[];
}

export interface DiscoverySource {
  /** What is served now, in order. */
  resources(): readonly ResourceDefinition[];
  delegated(): readonly DelegatedGroupVersion[];
}

/** Legacy group priorities (kube-aggregator's APIService specs): higher comes first. */
const GROUP_PRIORITY: Record<string, number> = {
  'apiregistration.k8s.io': 18000 + 1, apps: 17800, 'events.k8s.io': 17750, 'authentication.k8s.io': 17700, 'authorization.k8s.io': 17600,
  autoscaling: 17500, batch: 17400, 'certificates.k8s.io': 17300, 'networking.k8s.io': 17200, policy: 17100, 'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800, 'apiextensions.k8s.io': 16700, 'admissionregistration.k8s.io': 16700, 'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500, 'node.k8s.io': 16300, 'discovery.k8s.io': 16200, 'resource.k8s.io': 16200, 'flowcontrol.apiserver.k8s.io': 16100,
  'internal.apiserver.k8s.io': 16000, 'storagemigration.k8s.io': 15900,
};
const CUSTOM_GROUP_PRIORITY = 1000;

interface Group {
  readonly name: string;
  readonly versions: { readonly version: string; readonly resources: readonly ResourceDefinition[]; readonly delegated?: DelegatedGroupVersion }[];
}

export class Discovery {
  readonly #source: DiscoverySource;

  constructor(source: DiscoverySource) {
    this.#source = source;
  }

  /** Answers /api, /apis and below; undefined for other paths. Rejects with 404 for groups and versions that are not there. */
  handle(context: RequestContext): ApiResponse | undefined {
    const segments = context.info.path.split('/').filter((s) => s !== '');
    if (segments[0] === 'api') return this.#core(segments, context);
    if (segments[0] === 'apis') return this.#named(segments, context);
    return undefined;
  }

  #core(segments: string[], context: RequestContext): ApiResponse | undefined {
    if (segments.length === 1) {
      const aggregated = wantsAggregated(context);
      if (aggregated) return this.#aggregated(aggregated, this.#groups().filter((g) => g.name === ''), context);
      return ok({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: String(context.request.headers['host'] ?? '') }] });
    }
    return segments.length === 2 ? this.#resourceList('', segments[1] ?? '') : undefined;
  }

  #named(segments: string[], context: RequestContext): ApiResponse | undefined {
    const [, group = '', version = ''] = segments;
    if (segments.length === 1) {
      const groups = this.#groups().filter((g) => g.name !== '');
      const aggregated = wantsAggregated(context);
      if (aggregated) return this.#aggregated(aggregated, groups, context);
      return ok({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupDocument) });
    }
    if (segments.length === 2) {
      const found = this.#groups().find((g) => g.name === group && g.name !== '');
      if (!found) throw missing();
      return ok({ kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(found) });
    }
    return segments.length === 3 ? this.#resourceList(group, version) : undefined;
  }

  #resourceList(group: string, version: string): ApiResponse {
    const found = this.#groups().find((g) => g.name === group)?.versions.find((v) => v.version === version);
    if (!found) throw missing();
    return ok({
      kind: 'APIResourceList',
      ...(group !== '' && { apiVersion: 'v1' }),
      groupVersion: groupVersionString({ group, version }),
      resources: found.resources.flatMap(resourceDocuments),
    });
  }

  #groups(): Group[] {
    const groups = new Map<string, Group>();
    const groupOf = (name: string) => {
      let group = groups.get(name);
      if (!group) groups.set(name, (group = { name, versions: [] }));
      return group;
    };
    for (const definition of this.#source.resources()) {
      const { versions } = groupOf(definition.group);
      const version = versions.find((v) => v.version === definition.version);
      if (version) (version.resources as ResourceDefinition[]).push(definition);
      else versions.push({ version: definition.version, resources: [definition] });
    }
    for (const delegated of this.#source.delegated()) groupOf(delegated.group).versions.push({ version: delegated.version, resources: [], delegated });
    const priority = (g: Group) => GROUP_PRIORITY[g.name] ?? g.versions[0]?.delegated?.groupPriority ?? CUSTOM_GROUP_PRIORITY;
    const list = [...groups.values()];
    for (const group of list) if (!(group.name in GROUP_PRIORITY)) group.versions.sort((a, b) => compareVersions(a.version, b.version));
    return list.sort((a, b) => priority(b) - priority(a) || (a.name in GROUP_PRIORITY ? 0 : a.name < b.name ? -1 : 1));
  }

  #aggregated(version: 'v2' | 'v2beta1', groups: Group[], context: RequestContext): ApiResponse {
    const items = groups.map((g) => ({
      metadata: { ...(g.name !== '' && { name: g.name }), creationTimestamp: null },
      versions: g.versions.map((v) => ({
        version: v.version,
        resources: v.delegated ? (v.delegated.resources ?? []) : v.resources.map(aggregatedResource),
        freshness: v.delegated && !v.delegated.resources ? 'Stale' : 'Current',
      })),
    }));
    const body = Buffer.from(JSON.stringify({ kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items }));
    const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
    if (context.request.headers['if-none-match'] === etag) return { type: 'raw', status: 304, contentType: 'application/json', body: '', headers: { etag } };
    return {
      type: 'raw', status: 200, body, headers: { etag, vary: 'Accept' },
      contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    };
  }
}

function ok(object: unknown): ApiResponse {
  return { type: 'object', status: 200, object };
}

function missing(): StatusError {
  return new StatusError({ message: 'the server could not find the requested resource', reason: 'NotFound', details: {}, code: 404 });
}

/** Which aggregated form the client takes before plain JSON. */
function wantsAggregated(context: RequestContext): 'v2' | 'v2beta1' | undefined {
  const accept = String(context.request.headers['accept'] ?? '');
  for (const clause of accept.split(',')) {
    if (!clause.includes('as=APIGroupDiscoveryList') || !clause.includes('g=apidiscovery.k8s.io') || !clause.trim().startsWith('application/json')) continue;
    if (clause.includes('v=v2beta1')) return 'v2beta1';
    if (clause.includes('v=v2')) return 'v2';
  }
  return undefined;
}

function groupDocument(group: Group): { name: string; versions: unknown[]; preferredVersion: unknown } {
  const versions = group.versions.map((v) => ({ groupVersion: groupVersionString({ group: group.name, version: v.version }), version: v.version }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

/** First eight bytes of SHA-256 over group, version and kind of the stored form. */
function storageVersionHash(definition: ResourceDefinition): string {
  const { group, version } = definition.storedAs;
  return createHash('sha256').update(`${group}/${version}/${definition.kind}`).digest().subarray(0, 8).toString('base64');
}

function resourceDocuments(definition: ResourceDefinition): unknown[] {
  const { resource, singular, namespaced, kind, verbs, shortNames, categories } = definition;
  const main = {
    name: resource, singularName: singular, namespaced, kind, verbs: [...verbs].sort(),
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(verbs.includes('watch') && { storageVersionHash: storageVersionHash(definition) }),
  };
  const subs = definition.subresources.map((s) => {
    const other = s.group !== definition.group || s.version !== definition.version;
    return { name: `${resource}/${s.name}`, singularName: '', namespaced, ...(other && { group: s.group, version: s.version }), kind: s.kind, verbs: [...s.verbs].sort() };
  });
  return [main, ...subs];
}

function aggregatedResource(definition: ResourceDefinition): unknown {
  const { resource, singular, namespaced, kind, verbs, shortNames, categories } = definition;
  const responseKind = (group: string, version: string, name: string) =>
    group === definition.group && version === definition.version ? { group: '', version: '', kind: name } : { group, version, kind: name };
  return {
    resource,
    responseKind: { group: '', version: '', kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: [...verbs].sort(),
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(definition.subresources.length > 0 && {
      subresources: definition.subresources.map((s) => ({ subresource: s.name, responseKind: responseKind(s.group, s.version, s.kind), verbs: [...s.verbs].sort() })),
    }),
  };
}

/** Kubernetes version order: v2 before v1 before v1beta2 before v1alpha1, others by name. */
export function compareVersions(a: string, b: string): number {
  const rank = (v: string) => {
    const m = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(v);
    if (!m) return undefined;
    return [m[2] === undefined ? 2 : m[2] === 'beta' ? 1 : 0, Number(m[1]), Number(m[3] ?? 0)] as const;
  };
  const [x, y] = [rank(a), rank(b)];
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : a > b ? 1 : 0;
  return y[0] - x[0] || y[1] - x[1] || y[2] - x[2];
}
