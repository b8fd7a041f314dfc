import type { AnyObject } from '../../api/object.ts';
import { badRequest, conflict, notFound } from '../../machinery/status-error.ts';
import { ensureNamespace } from '../registry/object-meta.ts';
import type { ApiResponse, RequestContext } from '../request.ts';
import type { ObjectSubresource, ServedResource } from '../served-resource.ts';
import { checkWith, mutate } from './admit.ts';
import { optionsObject, type WriteDeps } from './create.ts';
import { writtenResponse } from './object-response.ts';
import { managerName, writeParameters } from './options.ts';
import { readObject } from './read-object.ts';
import { warnAbout, servedCopy, stored } from './write-common.ts';
import { deepCopy } from '../../wire/json/deep-copy.ts';

/** PUT of an object or of one of its object-shaped subresources. */
export async function update(
  context: RequestContext,
  served: ServedResource,
  deps: WriteDeps,
  subresource?: ObjectSubresource,
): Promise<ApiResponse> {
  const { definition, store } = served;
  const { namespace, name } = context.info;
  const parameters = writeParameters(context.request.query, 'UpdateOptions');
  const sent = await readObject(context, served.codec, definition);
  checkName(sent, name);
  ensureNamespace(sent, definition.namespaced, namespace);
  const owner = {
    manager: managerName(parameters.fieldManager, context.request.headers['user-agent']),
    subresource: context.info.subresource,
  };
  const scope = {
    admission: deps.admission,
    context,
    served,
    dryRun: parameters.dryRun,
    options: optionsObject('UpdateOptions', parameters),
  };
  const written = await store.update({
    namespace,
    name,
    user: context.user,
    dryRun: parameters.dryRun,
    group: context.info.group,
    part: subresource?.part ?? 'main',
    ...(subresource?.override && { override: subresource.override }),
    allowCreate: store.strategy.allowCreateOnUpdate === true && subresource === undefined,
    change: async (current) => {
      const live = current && (await servedCopy(served, current));
      if (!live && sent.metadata.uid) throw preconditionOnMissing(served, name, sent.metadata.uid);
      let next = deepCopy(sent);
      next = served.fields.track(live, next, owner);
      next = await mutate(scope, live ? 'UPDATE' : 'CREATE', next, live);
      warnAbout(context, served, next, live, subresource);
      return stored(served, next);
    },
    check: checkWith(scope, 'UPDATE'),
    checkCreate: checkWith(scope, 'CREATE'),
  });
  return writtenResponse(served, written.object, written.created ? 201 : 200);
}

function preconditionOnMissing(served: ServedResource, name: string, uid: string) {
  const gr = { group: served.definition.group, resource: served.definition.resource };
  return served.store.strategy.allowCreateOnUpdate
    ? conflict(gr, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: `)
    : notFound(gr, name);
}

function checkName(object: AnyObject, name: string): void {
  object.metadata ??= {} as AnyObject['metadata'];
  if (!object.metadata.name) object.metadata.name = name;
  else if (object.metadata.name !== name) {
    throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`);
  }
}
