/** Which resources the server has, from aggregated discovery (KEP-3352) or, where the server lacks it, group by group. */
import type { APIGroupList, APIResourceList } from '../../api/meta/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import type { Client, ResourceRef } from '../../client/client.ts';

export interface DiscoveredResource extends ResourceRef {
  readonly verbs: readonly string[];
  readonly subresources: readonly string[];
}

export interface Discovery {
  /** Each resource in its group's preferred version (or the first that has it), without subresources. */
  readonly resources: readonly DiscoveredResource[];
  /** Each resource in every version that is served. */
  readonly everyVersion: readonly DiscoveredResource[];
  /** Group versions that could not be discovered, with the reason. */
  readonly failures: ReadonlyMap<string, string>;
}

interface AggregatedResource {
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string };
  readonly scope?: string;
  readonly verbs?: readonly string[];
  readonly subresources?: readonly { readonly subresource: string }[];
}

interface AggregatedList {
  readonly kind: string;
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly freshness?: string;
      readonly resources?: readonly AggregatedResource[];
    }[];
  }[];
}

const ACCEPT = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** Rejects when not even the list of groups can be read. */
export async function discoverResources(client: Client): Promise<Discovery> {
  const found = new Map<string, DiscoveredResource>();
  const failures = new Map<string, string>();
  const everyVersion: DiscoveredResource[] = [];
  const add = (r: DiscoveredResource) => {
    everyVersion.push(r);
    const key = `${r.group}/${r.resource}`;
    if (!found.has(key)) found.set(key, r);
  };
  for (const path of ['/api', '/apis']) {
    const answer = await client.raw({ method: 'GET', path, headers: { accept: ACCEPT } });
    if ((answer as AggregatedList).kind === 'APIGroupDiscoveryList') readAggregated(answer as AggregatedList, add, failures);
    else await readPlain(client, path, answer, add, failures);
  }
  return { resources: [...found.values()], everyVersion, failures };
}

function readAggregated(list: AggregatedList, add: (r: DiscoveredResource) => void, failures: Map<string, string>): void {
  for (const item of list.items ?? []) {
    const group = item.metadata?.name ?? '';
    for (const { version, freshness, resources = [] } of item.versions ?? []) {
      if (freshness === 'Stale') failures.set(group === '' ? version : `${group}/${version}`, 'stale GroupVersion discovery');
      for (const r of resources) {
        if (!r.responseKind?.kind) continue;
        add({
          group,
          version,
          resource: r.resource,
          kind: r.responseKind.kind,
          namespaced: r.scope === 'Namespaced',
          verbs: r.verbs ?? [],
          subresources: (r.subresources ?? []).map((s) => s.subresource),
        });
      }
    }
  }
}

async function readPlain(
  client: Client,
  path: string,
  answer: unknown,
  add: (r: DiscoveredResource) => void,
  failures: Map<string, string>,
): Promise<void> {
  const groupVersions =
    path === '/api'
      ? ((answer as { versions?: string[] }).versions ?? [])
      : (answer as APIGroupList).groups.flatMap((g) => {
          const preferred = g.preferredVersion.groupVersion;
          return [preferred, ...g.versions.map((v) => v.groupVersion).filter((v) => v !== preferred)];
        });
  for (const groupVersion of groupVersions) {
    try {
      const list = (await client.raw({ method: 'GET', path: `${path}/${groupVersion}` })) as APIResourceList;
      readResourceList(groupVersion, list, add);
    } catch (error) {
      failures.set(groupVersion, errorMessage(error));
    }
  }
}

function readResourceList(groupVersion: string, list: APIResourceList, add: (r: DiscoveredResource) => void): void {
  const [first = '', second] = groupVersion.split('/');
  const [group, version] = second === undefined ? ['', first] : [first, second];
  for (const { name, kind, namespaced, verbs } of list.resources) {
    if (name.includes('/')) continue;
    const subresources = list.resources.filter((r) => r.name.startsWith(`${name}/`)).map((r) => r.name.slice(name.length + 1));
    add({ group, version, resource: name, kind, namespaced, verbs, subresources });
  }
}
