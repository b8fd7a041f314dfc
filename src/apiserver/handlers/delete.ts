import type { AnyObject } from '../../api/object.ts';
import { fieldPath, invalid, notSupported, toInvalid, type FieldError } from '../../machinery/field.ts';
import { badRequest, isNotFound } from '../../machinery/status-error.ts';
import type { DeletionOptions } from '../registry/deletion.ts';
import type { ApiResponse, RequestContext } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';
import { attributes, checkWith, type AdmissionScope } from './admit.ts';
import type { WriteDeps } from './create.ts';
import { listObjects } from './list.ts';
import { objectResponse } from './object-response.ts';
import { listParameters } from './options.ts';
import { readBody } from './read-object.ts';
import { selection } from './selection.ts';

interface ReadOptions extends DeletionOptions {
  readonly dryRun?: readonly string[];
}

/** DELETE of one object: 200 with the object while it waits (grace, finalizers), 200 with a Status once it is gone. */
export async function deleteObject(context: RequestContext, served: ServedResource, deps: WriteDeps): Promise<ApiResponse> {
  const options = await deleteOptions(context);
  const { namespace, name } = context.info;
  const dryRun = (options.dryRun?.length ?? 0) > 0;
  const scope: AdmissionScope = { admission: deps.admission, context, served, dryRun, options: { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', ...options } };
  // Mutating plugins see a deletion too, before its check.
  await deps.admission.admit(attributes(scope, 'DELETE', undefined, served.store.get(namespace, name).object as AnyObject));
  const { object, gone } = await served.store.delete({ namespace, name, options, user: context.user, dryRun, check: checkWith(scope, 'DELETE') });
  if (!gone || RETURNS_DELETED_OBJECT.has(served.definition.resource)) return objectResponse(served, object, 200);
  const { group, resource } = served.definition;
  return {
    type: 'object',
    status: 200,
    object: {
      kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success',
      details: { name, ...(group !== '' && { group }), kind: resource, uid: object.metadata.uid },
    },
  };
}

/** Resources whose store answers a deletion with the object as it was (ReturnDeletedObject). */
const RETURNS_DELETED_OBJECT = new Set(['pods', 'persistentvolumeclaims', 'persistentvolumes', 'serviceaccounts', 'services', 'podtemplates', 'resourcequotas', 'storageclasses', 'csidrivers', 'csinodes', 'volumeattachments', 'volumeattributesclasses', 'namespaces', 'resourceclaims', 'resourceclaimtemplates', 'resourceslices', 'deviceclasses', 'devicetaintrules', 'resourcepoolstatusrequests']);

/** DELETE of a collection: each object that matches, as if deleted one by one. */
export async function deleteCollection(context: RequestContext, served: ServedResource, deps: WriteDeps): Promise<ApiResponse> {
  const options = await deleteOptions(context);
  const dryRun = (options.dryRun?.length ?? 0) > 0;
  const parameters = listParameters(context.request.query);
  const listed = await listObjects(served, selection(served, context.info), { ...parameters, watch: false });
  const items: unknown[] = [];
  for (const cached of listed.items) {
    const { name, namespace = '' } = cached.object.metadata;
    const each: RequestContext = { ...context, info: { ...context.info, name, namespace } };
    const scope: AdmissionScope = { admission: deps.admission, context: each, served, dryRun, options: { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', ...options } };
    try {
      await deps.admission.admit(attributes(scope, 'DELETE', undefined, cached.object as AnyObject));
      const { object } = await served.store.delete({ namespace, name, options, user: context.user, dryRun, check: checkWith(scope, 'DELETE') });
      items.push(served.convert ? await served.convert.fromStored(object) : object);
    } catch (error) {
      // Gone already: what was asked for.
      if (!isNotFound(error)) throw error;
    }
  }
  const { group, version, listKind } = served.definition;
  return {
    type: 'object',
    status: 200,
    object: {
      kind: listKind, apiVersion: group === '' ? version : `${group}/${version}`,
      metadata: { resourceVersion: String(listed.revision), ...(listed.continue !== '' && { continue: listed.continue }) },
      items,
    },
  };
}

async function deleteOptions(context: RequestContext): Promise<ReadOptions> {
  const { query } = context.request;
  const { value } = await readBody(context);
  if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) throw badRequest('the body of a delete request must be DeleteOptions');
  const body = (value ?? {}) as ReadOptions;
  const grace = query.get('gracePeriodSeconds');
  const options: ReadOptions = {
    ...(query.has('propagationPolicy') && { propagationPolicy: query.get('propagationPolicy') ?? '' }),
    ...(query.has('orphanDependents') && { orphanDependents: query.get('orphanDependents') === 'true' }),
    ...(grace !== null && grace !== '' && { gracePeriodSeconds: wholeNumber(grace) }),
    ...(query.getAll('dryRun').length > 0 && { dryRun: query.getAll('dryRun') }),
    ...pick(body),
  };
  const errors = validate(options);
  if (errors.length > 0) throw toInvalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  return options;
}

function pick(body: ReadOptions): ReadOptions {
  const known = ['gracePeriodSeconds', 'propagationPolicy', 'orphanDependents', 'preconditions', 'dryRun'] as const;
  return Object.fromEntries(known.filter((k) => body[k] !== undefined && body[k] !== null).map((k) => [k, body[k]]));
}

function wholeNumber(text: string): number {
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function validate(options: ReadOptions): FieldError[] {
  const errors: FieldError[] = [];
  const policy = options.propagationPolicy;
  if (policy !== undefined && options.orphanDependents !== undefined) {
    errors.push(invalid(fieldPath('propagationPolicy'), policy, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy)) errors.push(notSupported(fieldPath('propagationPolicy'), policy, ['Foreground', 'Background', 'Orphan', 'nil']));
  if ((options.dryRun ?? []).some((v) => v !== 'All')) errors.push(notSupported(fieldPath('dryRun'), options.dryRun, ['All']));
  return errors;
}
