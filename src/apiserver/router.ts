/** From a request's info to what handles it: a served resource and its verb, or a path of its own. */
import type { Clock, Random } from '../base/clock.ts';
import type { Verb } from '../api/surface.ts';
import { StatusError } from '../machinery/status-error.ts';
import type { Admission } from './handlers/admit.ts';
import { create } from './handlers/create.ts';
import { deleteCollection, deleteObject } from './handlers/delete.ts';
import { get } from './handlers/get.ts';
import { list } from './handlers/list.ts';
import { patch } from './handlers/patch.ts';
import { negotiateFor, render } from './handlers/render.ts';
import { update } from './handlers/update.ts';
import { watch } from './handlers/watch.ts';
import type { ApiResponse, Handler, RequestContext } from './request.ts';
import type { ObjectSubresource, ServedResource } from './served-resource.ts';

export interface RouterDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly admission: Admission;
  /** Built-in and custom resources by `group/version/resource`. */
  find(group: string, version: string, resource: string): ServedResource | undefined;
  /** Resources that are computed, not stored (reviews, bindings). */
  virtual(group: string, version: string, resource: string): Handler | undefined;
  /** Paths that are no resources: discovery, health, OpenAPI, metrics. Undefined when there is none. */
  nonResource(context: RequestContext): Promise<ApiResponse> | undefined;
  /** Group versions that another server answers (APIService). Undefined when none does. */
  delegate(context: RequestContext): Promise<ApiResponse> | undefined;
}

export function notServed(): StatusError {
  return new StatusError({ message: 'the server could not find the requested resource', reason: 'NotFound', details: {}, code: 404 });
}

export function methodNotAllowed(): StatusError {
  return new StatusError({ message: 'the server does not allow this method on the requested resource', reason: 'MethodNotAllowed', details: {}, code: 405 });
}

export function router(deps: RouterDeps): Handler {
  return async (context) => {
    const { info } = context;
    const delegated = deps.delegate(context);
    if (delegated) return delegated;
    if (!info.isResourceRequest) {
      const answer = deps.nonResource(context);
      if (!answer) throw notServed();
      const response = await answer;
      // Documents that are bytes already were negotiated by whoever made them.
      return response.type === 'object' ? render(context, undefined, negotiateFor(context, undefined), response, deps.clock.now()) : response;
    }
    const served = deps.find(info.group, info.version, info.resource);
    if (served) return serve(context, served, deps);
    const virtual = deps.virtual(info.group, info.version, info.resource);
    if (!virtual) throw notServed();
    return render(context, undefined, negotiateFor(context, undefined), await virtual(context), deps.clock.now());
  };
}

async function serve(context: RequestContext, served: ServedResource, deps: RouterDeps): Promise<ApiResponse> {
  const { info } = context;
  if (info.subresource !== '') {
    const special = served.subresources.get(info.subresource);
    if (special) return render(context, undefined, negotiateFor(context, undefined), await special.handle(context, served), deps.clock.now());
  }
  const subresource = info.subresource === '' ? undefined : served.objectSubresources.get(info.subresource);
  if (info.subresource !== '' && !subresource) throw notServed();
  const wanted = negotiateFor(context, served);
  return render(context, served, wanted, await dispatch(context, served, deps, subresource), deps.clock.now());
}

function dispatch(context: RequestContext, served: ServedResource, deps: RouterDeps, subresource: ObjectSubresource | undefined): Promise<ApiResponse> {
  const { verb } = context.info;
  if (!(subresource?.definition.verbs ?? served.definition.verbs).includes(verb as Verb)) throw methodNotAllowed();
  switch (verb as Verb) {
    case 'get':
      return get(context, served);
    case 'list':
      return list(context, served);
    case 'watch':
      return watch(context, served, deps);
    case 'create':
      return create(context, served, deps);
    case 'update':
      return update(context, served, deps, subresource);
    case 'patch':
      return patch(context, served, deps, subresource);
    case 'delete':
      return deleteObject(context, served, deps);
    case 'deletecollection':
      return deleteCollection(context, served, deps);
    default:
      throw methodNotAllowed();
  }
}
