/** Paths of a resource for OpenAPI v2 and v3: one operation a verb, with the parameters that clients look for. */
import { groupVersionString, type ResourceDefinition, type SubresourceDefinition, type Verb } from '../../api/surface.ts';
import type { Json, OpenApiVersion } from './schemas.ts';

/** Schema references of a resource's bodies. */
export interface BodyRefs {
  readonly object: Json;
  readonly list: Json;
  readonly status: Json;
  readonly deleteOptions: Json;
  subresource(definition: SubresourceDefinition): Json;
}

const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'];
const LIST_PARAMETERS = ['allowWatchBookmarks', 'continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'timeoutSeconds', 'watch'];
const DELETE_PARAMETERS = ['dryRun', 'gracePeriodSeconds', 'ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents', 'propagationPolicy'];
const INTEGERS = new Set(['limit', 'timeoutSeconds', 'gracePeriodSeconds']);
const BOOLEANS = new Set(['allowWatchBookmarks', 'sendInitialEvents', 'watch', 'force', 'orphanDependents', 'ignoreStoreReadErrorWithClusterBreakingPotential']);

const ACTIONS: Record<Verb, { readonly method: string; readonly action: string; readonly parameters: readonly string[] }> = {
  get: { method: 'get', action: 'get', parameters: [] },
  list: { method: 'get', action: 'list', parameters: LIST_PARAMETERS },
  watch: { method: 'get', action: 'watchlist', parameters: LIST_PARAMETERS },
  create: { method: 'post', action: 'post', parameters: WRITE_PARAMETERS },
  update: { method: 'put', action: 'put', parameters: WRITE_PARAMETERS },
  patch: { method: 'patch', action: 'patch', parameters: [...WRITE_PARAMETERS, 'force'] },
  delete: { method: 'delete', action: 'delete', parameters: DELETE_PARAMETERS },
  deletecollection: { method: 'delete', action: 'deletecollection', parameters: [...LIST_PARAMETERS.filter((p) => p !== 'watch' && p !== 'allowWatchBookmarks'), ...DELETE_PARAMETERS] },
};

export function resourcePaths(definition: ResourceDefinition, refs: BodyRefs, version: OpenApiVersion): Json {
  const { group, resource, namespaced, kind, verbs } = definition;
  const root = `${group === '' ? '/api' : '/apis'}/${groupVersionString(definition)}`;
  const base = namespaced ? `${root}/namespaces/{namespace}/${resource}` : `${root}/${resource}`;
  const gvk = { group, kind, version: definition.version };
  const scope = namespaced ? 'Namespaced' : '';
  const make = (verb: Verb, name: string, body: Json, as = gvk) => operation(definition, verb, name, body, refs, as, version);
  const at = (chosen: readonly Verb[], name: (verb: Verb) => string, body: Json, as = gvk): Json =>
    Object.fromEntries(chosen.map((verb) => [ACTIONS[verb].method, make(verb, name(verb), verb === 'list' ? refs.list : body, as)]));
  const has = (...wanted: Verb[]) => wanted.filter((v) => verbs.includes(v));
  const paths: Json = {};
  const collection = at(has('list', 'create', 'deletecollection'), (v) => `${v}${scope}${kind}`, refs.object);
  if (Object.keys(collection).length > 0) paths[base] = { ...collection, parameters: pathParameters(namespaced, false, version) };
  const single = at(has('get', 'update', 'patch', 'delete'), (v) => `${v}${scope}${kind}`, refs.object);
  if (Object.keys(single).length > 0) paths[`${base}/{name}`] = { ...single, parameters: pathParameters(namespaced, true, version) };
  for (const sub of definition.subresources) {
    const as = { group: sub.group, kind: sub.kind, version: sub.version };
    const operations = at(sub.verbs.filter((v) => v in ACTIONS), (v) => `${v}${scope}${kind}${capital(sub.name)}`, refs.subresource(sub), as);
    paths[`${base}/{name}/${sub.name}`] = { ...operations, parameters: pathParameters(namespaced, true, version) };
  }
  if (namespaced && verbs.includes('list')) paths[`${root}/${resource}`] = { ...at(['list'], () => `list${kind}ForAllNamespaces`, refs.object), parameters: [] };
  return paths;
}

function operation(definition: ResourceDefinition, verb: Verb, name: string, body: Json, refs: BodyRefs, gvk: Json, version: OpenApiVersion): Json {
  const { action, parameters } = ACTIONS[verb];
  const groupName = definition.group === '' ? 'core' : (definition.group.split('.')[0] ?? '');
  const tag = `${groupName}_${definition.version}`;
  const sendsBody = verb === 'create' || verb === 'update' || verb === 'patch' || verb === 'delete' || verb === 'deletecollection';
  const bodyRef = verb === 'patch' ? { type: 'object' } : verb.startsWith('delete') ? refs.deleteOptions : body;
  const result = verb.startsWith('delete') ? refs.status : body;
  const query = parameters.map((p) => parameter(p, version));
  const common = {
    operationId: `${verb}${capital(groupName)}${capital(definition.version)}${name.slice(verb.length)}`,
    tags: [tag],
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  };
  const codes = verb === 'create' ? ['200', '201', '202'] : verb === 'update' || verb === 'patch' ? ['200', '201'] : verb === 'delete' ? ['200', '202'] : ['200'];
  if (version === 2) {
    return {
      ...common,
      consumes: verb === 'patch' ? PATCH_TYPES : ['*/*'],
      produces: PRODUCED,
      schemes: ['https'],
      parameters: [...(sendsBody ? [{ name: 'body', in: 'body', schema: bodyRef, ...(verb !== 'delete' && verb !== 'deletecollection' && { required: true }) }] : []), ...query],
      responses: Object.fromEntries([...codes.map((c) => [c, { description: DESCRIPTIONS[c], schema: result }]), ['401', { description: 'Unauthorized' }]]),
    };
  }
  const content = (schema: Json, types: readonly string[]) => Object.fromEntries(types.map((t) => [t, { schema }]));
  return {
    ...common,
    parameters: query,
    ...(sendsBody && { requestBody: { content: content(bodyRef, verb === 'patch' ? PATCH_TYPES : ['*/*']), ...(!verb.startsWith('delete') && { required: true }) } }),
    responses: Object.fromEntries([...codes.map((c) => [c, { description: DESCRIPTIONS[c], content: content(result, PRODUCED) }]), ['401', { description: 'Unauthorized' }]]),
  };
}

const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'];
const PRODUCED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const DESCRIPTIONS: Record<string, string> = { '200': 'OK', '201': 'Created', '202': 'Accepted' };

function parameter(name: string, version: OpenApiVersion): Json {
  const type = INTEGERS.has(name) ? 'integer' : BOOLEANS.has(name) ? 'boolean' : 'string';
  return { name, in: 'query', ...(version === 2 ? { type, uniqueItems: true } : { schema: { type, uniqueItems: true } }) };
}

function pathParameters(namespaced: boolean, named: boolean, version: OpenApiVersion): Json[] {
  const names = [...(named ? ['name'] : []), ...(namespaced ? ['namespace'] : [])];
  const inPath = names.map((name) => ({ name, in: 'path', required: true, ...(version === 2 ? { type: 'string', uniqueItems: true } : { schema: { type: 'string', uniqueItems: true } }) }));
  return [...inPath, parameter('pretty', version)];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
