import type { AnyObject } from '../../api/object.ts';
import { getType } from '../../api/schema.ts';
import { applyJsonPatch } from '../../machinery/patch/json-patch.ts';
import { applyMergePatch } from '../../machinery/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../machinery/patch/strategic-merge.ts';
import { badRequest, unsupportedMediaType } from '../../machinery/status-error.ts';
import type { ApiResponse, RequestContext } from '../request.ts';
import type { ObjectSubresource, ServedResource } from '../served-resource.ts';
import { checkWith, mutate } from './admit.ts';
import { optionsObject, type WriteDeps } from './create.ts';
import { mediaType } from './negotiate.ts';
import { writtenResponse } from './object-response.ts';
import { managerName, writeParameters } from './options.ts';
import { audited, BODY_LIMIT_BYTES, decodeBody, parseBody, type ParsedBody } from './read-object.ts';
import { warnAbout, servedCopy, stored } from './write-common.ts';

const TYPES = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
} as const;
type PatchKind = (typeof TYPES)[keyof typeof TYPES];

/** PATCH of an object or of one of its object-shaped subresources. */
export async function patch(
  context: RequestContext,
  served: ServedResource,
  deps: WriteDeps,
  subresource?: ObjectSubresource,
): Promise<ApiResponse> {
  const kind = patchKind(context, served);
  const parameters = writeParameters(context.request.query, 'PatchOptions', kind === 'apply');
  const body = await patchBody(context, kind);
  const { namespace, name } = context.info;
  const owner = {
    manager: managerName(parameters.fieldManager, context.request.headers['user-agent']),
    subresource: context.info.subresource,
  };
  const scope = {
    admission: deps.admission,
    context,
    served,
    dryRun: parameters.dryRun,
    options: optionsObject('PatchOptions', parameters),
  };
  const written = await served.store.update({
    namespace,
    name,
    user: context.user,
    dryRun: parameters.dryRun,
    group: context.info.group,
    part: subresource?.part ?? 'main',
    ...(subresource?.override && { override: subresource.override }),
    allowCreate: kind === 'apply' && subresource === undefined,
    toCurrent: true,
    change: async (current) => {
      const live = current && (await servedCopy(served, current));
      let next = await patched(context, served, kind, body, live, owner, parameters.force ?? false);
      keepIdentity(next, live, context, served.definition.namespaced);
      if (kind !== 'apply') next = served.fields.track(live, next, owner);
      next = await mutate(scope, live ? 'UPDATE' : 'CREATE', next, live);
      warnAbout(context, served, next, live, subresource);
      return stored(served, next);
    },
    check: checkWith(scope, 'UPDATE'),
    checkCreate: checkWith(scope, 'CREATE'),
  });
  return writtenResponse(served, written.object, written.created ? 201 : 200);
}

function patchKind(context: RequestContext, served: ServedResource): PatchKind {
  const header = context.request.headers['content-type'];
  const kind = TYPES[mediaType(Array.isArray(header) ? header[0] : header) as keyof typeof TYPES];
  if (kind === undefined || (kind === 'strategic' && served.strategicSchemaId === undefined)) {
    const accepted = Object.keys(TYPES).filter(
      (t) => TYPES[t as keyof typeof TYPES] !== 'strategic' || served.strategicSchemaId !== undefined,
    );
    throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`);
  }
  return kind;
}

async function patchBody(context: RequestContext, kind: PatchKind): Promise<ParsedBody> {
  if (context.request.bodyValue !== undefined) return audited(context, { value: context.request.bodyValue, duplicates: [] });
  const bytes = await context.request.body(BODY_LIMIT_BYTES);
  return audited(context, parseBody(bytes, kind === 'apply' ? 'yaml' : 'json'));
}

async function patched(
  context: RequestContext,
  served: ServedResource,
  kind: PatchKind,
  body: ParsedBody,
  live: AnyObject | undefined,
  owner: { manager: string; subresource: string },
  force: boolean,
): Promise<AnyObject> {
  if (kind === 'apply') {
    const patchObject = body.value as AnyObject;
    checkApplied(patchObject, context);
    const applied = served.fields.apply(live, patchObject, { ...owner, force });
    return decodeBody(context, served.codec, served.definition, applied, body.duplicates);
  }
  if (!live) throw badRequest('a patch needs an object to change');
  const next = change(served, kind, body.value, live);
  return decodeBody(context, served.codec, served.definition, next, body.duplicates);
}

function change(served: ServedResource, kind: Exclude<PatchKind, 'apply'>, value: unknown, live: AnyObject): unknown {
  switch (kind) {
    case 'json':
      return applyJsonPatch(live, value);
    case 'merge':
      return applyMergePatch(live, value);
    case 'strategic':
      return applyStrategicMergePatch(live, value, getType(served.strategicSchemaId ?? ''));
  }
}

function checkApplied(object: AnyObject, context: RequestContext): void {
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    throw badRequest('error decoding YAML: the applied configuration is not an object');
  if (object.metadata?.managedFields !== undefined && object.metadata.managedFields.length > 0)
    throw badRequest('metadata.managedFields must be nil');
  const { name, namespace } = context.info;
  if (object.metadata?.name && object.metadata.name !== name) {
    throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`);
  }
  if (object.metadata?.namespace && object.metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** A patch may not move an object; what it leaves out stays. */
function keepIdentity(next: AnyObject, live: AnyObject | undefined, context: RequestContext, namespaced: boolean): void {
  next.metadata ??= {} as AnyObject['metadata'];
  next.metadata.name ||= context.info.name;
  if (namespaced) next.metadata.namespace ||= context.info.namespace;
  if (live && next.metadata.resourceVersion === live.metadata.resourceVersion)
    delete (next.metadata as { resourceVersion?: string }).resourceVersion;
  if (next.metadata.name !== context.info.name)
    throw badRequest(`the name of the object (${next.metadata.name}) does not match the name on the URL (${context.info.name})`);
}
