/**
 * The resources of the API as definitions. Notation of surface-text.ts:
 *
 *     group <name|core> <version> [off]
 *       <resource> <Kind> namespaced|cluster <verbs|*> [singular=] [short=a,b] [in=categories] [stored=group/version]
 *         /<subresource> <Kind> <verbs> [as=group/version of the kind]
 */
import text from './surface-text.ts';

export const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;
export type Verb = (typeof ALL_VERBS)[number];

export interface SubresourceDefinition {
  readonly name: string;
  readonly kind: string;
  /** Group and version of the kind, where they differ from the parent's. */
  readonly group: string;
  readonly version: string;
  readonly verbs: readonly Verb[];
}

/** What a resource is, whoever defines it: this table for built-in ones, a CustomResourceDefinition for the rest. */
export interface ResourceDefinition {
  /** API group; '' is the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: the path segment. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly SubresourceDefinition[];
  /** Group version whose form is stored (used for the discovery hash). */
  readonly storedAs: { readonly group: string; readonly version: string };
  /** Schema id `<group folder>/<version>.<Kind>`, or '' for custom resources. */
  readonly schemaId: string;
  readonly servedByDefault: boolean;
}

/** `apps/v1`, or `v1` for the core group. */
export function groupVersionString(gv: { readonly group: string; readonly version: string }): string {
  return gv.group === '' ? gv.version : `${gv.group}/${gv.version}`;
}

/** Folder under src/api of an API group: `rbac.authorization.k8s.io` -> `rbac`. */
export function groupFolder(group: string): string {
  if (group === '') return 'core';
  if (group === 'internal.apiserver.k8s.io') return 'apiserverinternal';
  return group.split('.')[0] ?? group;
}

let cached: readonly ResourceDefinition[] | undefined;

/** Every built-in resource, in discovery's order. */
export function builtinResources(): readonly ResourceDefinition[] {
  return (cached ??= parseSurface());
}

function parseSurface(): ResourceDefinition[] {
  const out: (ResourceDefinition & { subresources: SubresourceDefinition[] })[] = [];
  let group = '';
  let version = '';
  let on = true;
  for (const line of text.split('\n')) {
    const words = line.trim().split(' ');
    const option = (key: string) => words.find((w) => w.startsWith(`${key}=`))?.slice(key.length + 1);
    const [first = '', kind = '', third = '', fourth = ''] = words;
    if (first === '') continue;
    if (first === 'group') {
      group = kind === 'core' ? '' : kind;
      version = third;
      on = fourth !== 'off';
    } else if (first.startsWith('/')) {
      const [asGroup, asVersion] = option('as')?.split('/') ?? [group, version];
      out.at(-1)?.subresources.push({ name: first.slice(1), kind, group: asGroup ?? '', version: asVersion ?? '', verbs: third.split(',') as Verb[] });
    } else {
      const [storedGroup, storedVersion] = option('stored')?.split('/') ?? [group, version];
      out.push({
        group, version, resource: first, kind, listKind: `${kind}List`,
        singular: option('singular') ?? kind.toLowerCase(),
        namespaced: third === 'namespaced',
        verbs: fourth === '*' ? ALL_VERBS : (fourth.split(',') as Verb[]),
        shortNames: option('short')?.split(',') ?? [],
        categories: option('in')?.split(',') ?? [],
        subresources: [],
        storedAs: { group: storedGroup ?? '', version: storedVersion ?? '' },
        schemaId: `${groupFolder(group)}/${version}.${kind}`,
        servedByDefault: on,
      });
    }
  }
  return out;
}
