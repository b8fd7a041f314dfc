/** A subresource that is a view of its parent: read as another kind, written back into the parent (scale). */
import type { AnyObject } from '../../api/object.ts';
import { applyJsonPatch } from '../../machinery/patch/json-patch.ts';
import { applyMergePatch } from '../../machinery/patch/merge-patch.ts';
import { badRequest, unsupportedMediaType } from '../../machinery/status-error.ts';
import type { Admission } from '../handlers/admit.ts';
import { checkWith, mutate } from '../handlers/admit.ts';
import { mediaType } from '../handlers/negotiate.ts';
import { optionsObject } from '../handlers/create.ts';
import { managerName, writeParameters } from '../handlers/options.ts';
import { BODY_LIMIT_BYTES, decodeBody, parseBody, readObject, type ExpectedKind } from '../handlers/read-object.ts';
import { servedCopy, stored } from '../handlers/write-common.ts';
import { methodNotAllowed } from '../router.ts';
import type { ApiResponse, RequestContext } from '../request.ts';
import type { ObjectCodec, ServedResource, SubresourceHandler } from '../served-resource.ts';
import { deepCopy } from '../../wire/json/deep-copy.ts';

export interface View {
  readonly kind: ExpectedKind;
  readonly codec: ObjectCodec;
  /** What the view shows. */
  show(parent: AnyObject, served: ServedResource): AnyObject;
  /** Puts a changed view into a copy of the parent. Rejects with 422. */
  write(parent: AnyObject, view: AnyObject, served: ServedResource): AnyObject;
}

export function viewSubresource(view: View, deps: { readonly admission: Admission }): SubresourceHandler {
  return {
    async handle(context, served) {
      const { namespace, name, verb } = context.info;
      if (verb === 'get') return shown(view.show(await servedCopy(served, served.store.get(namespace, name).object as AnyObject), served));
      if (verb !== 'update' && verb !== 'patch') throw methodNotAllowed();
      return write(context, served, view, deps.admission);
    },
  };
}

async function write(context: RequestContext, served: ServedResource, view: View, admission: Admission): Promise<ApiResponse> {
  const { namespace, name, verb } = context.info;
  const parameters = writeParameters(context.request.query, verb === 'update' ? 'UpdateOptions' : 'PatchOptions');
  const next = verb === 'update' ? await replaced(context, view) : await patcher(context, view);
  const owner = { manager: managerName(parameters.fieldManager, context.request.headers['user-agent']), subresource: context.info.subresource };
  const scope = { admission, context, served, dryRun: parameters.dryRun, kind: view.kind, options: optionsObject('UpdateOptions', parameters) };
  let checked: AnyObject | undefined;
  let before: AnyObject | undefined;
  const written = await served.store.update({
    namespace, name, user: context.user, dryRun: parameters.dryRun, part: 'main', toCurrent: true,
    change: async (current) => {
      const parent = await servedCopy(served, current as AnyObject);
      before = view.show(parent, served);
      const changed = await mutate(scope, 'UPDATE', next(before), before);
      checked = changed;
      const result = view.write(deepCopy(parent), changed, served);
      (result.metadata as { resourceVersion?: string | undefined }).resourceVersion = changed.metadata.resourceVersion === before.metadata.resourceVersion && verb === 'patch' ? undefined : changed.metadata.resourceVersion;
      return stored(served, served.fields.track(parent, result, owner));
    },
    check: (object) => (object ? checkWith(scope, 'UPDATE')(checked, before) : Promise.resolve()),
  });
  return shown(view.show(await servedCopy(served, written.object), served));
}

async function replaced(context: RequestContext, view: View): Promise<(current: AnyObject) => AnyObject> {
  const sent = await readObject(context, view.codec, view.kind);
  const { name } = context.info;
  if (sent.metadata?.name && sent.metadata.name !== name) throw badRequest(`the name of the object (${sent.metadata.name}) does not match the name on the URL (${name})`);
  return (current) => ({ ...deepCopy(sent), metadata: { ...current.metadata, ...sent.metadata, resourceVersion: sent.metadata?.resourceVersion } as AnyObject['metadata'] });
}

async function patcher(context: RequestContext, view: View): Promise<(current: AnyObject) => AnyObject> {
  const header = context.request.headers['content-type'];
  const type = mediaType(Array.isArray(header) ? header[0] : header);
  const body = context.request.bodyValue ?? parseBody(await context.request.body(BODY_LIMIT_BYTES), type.endsWith('yaml') ? 'yaml' : 'json').value;
  return (current) => {
    const next = type === 'application/json-patch+json' ? applyJsonPatch(current, body) : type.startsWith('application/') && type.includes('patch') ? applyMergePatch(current, body) : undefined;
    if (next === undefined) throw unsupportedMediaType('the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml');
    return decodeBody(context, view.codec, view.kind, next, []);
  };
}

function shown(object: AnyObject): ApiResponse {
  return { type: 'object', status: 200, object };
}
