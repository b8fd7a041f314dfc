import type { Random } from '../../base/clock.ts';
import { badRequest } from '../../machinery/status-error.ts';
import { ensureNamespace, generateName } from '../registry/object-meta.ts';
import type { ApiResponse, RequestContext } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';
import { checkWith, mutate, type Admission } from './admit.ts';
import { writtenResponse } from './object-response.ts';
import { managerName, writeParameters } from './options.ts';
import { readObject } from './read-object.ts';
import { warnAbout, stored } from './write-common.ts';

export interface WriteDeps {
  readonly admission: Admission;
  readonly random: Random;
}

/** POST to a collection. */
export async function create(context: RequestContext, served: ServedResource, deps: WriteDeps): Promise<ApiResponse> {
  const { definition, store } = served;
  const parameters = writeParameters(context.request.query, 'CreateOptions');
  if (definition.namespaced && context.info.namespace === '')
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  let object = await readObject(context, served.codec, definition);
  object.metadata ??= {} as typeof object.metadata;
  if (object.metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  delete (object.metadata as { resourceVersion?: string }).resourceVersion;
  ensureNamespace(object, definition.namespaced, context.info.namespace);
  generateName(object, deps.random);
  const owner = { manager: managerName(parameters.fieldManager, context.request.headers['user-agent']), subresource: '' };
  object = served.fields.track(undefined, object, owner);
  const scope = {
    admission: deps.admission,
    context,
    served,
    dryRun: parameters.dryRun,
    options: optionsObject('CreateOptions', parameters),
  };
  // What admission adds belongs to nobody, as upstream has it.
  object = await mutate(scope, 'CREATE', object, undefined);
  warnAbout(context, served, object, undefined);
  const created = await store.create(
    await stored(served, object),
    { user: context.user, dryRun: parameters.dryRun, group: context.info.group },
    checkWith(scope, 'CREATE'),
  );
  return writtenResponse(served, created, 201);
}

/** The options as admission plugins see them. */
export function optionsObject(
  kind: string,
  parameters: { readonly dryRun: boolean; readonly fieldManager?: string },
): Record<string, unknown> {
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(parameters.dryRun && { dryRun: ['All'] }),
    ...(parameters.fieldManager && { fieldManager: parameters.fieldManager }),
  };
}
