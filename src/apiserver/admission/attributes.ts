/** Small questions that admission plugins ask of a request (k8s.io/apiserver/pkg/admission). */
import { forbidden, isForbidden, StatusError } from '../../machinery/status-error.ts';
import { errorMessage } from '../../base/log.ts';
import type { AdmissionAttributes } from './admission.ts';

/** Is the request about this resource, and this subresource of it ('' for the resource itself)? */
export function isFor(a: AdmissionAttributes, group: string, resource: string, subresource = ''): boolean {
  return a.resource.resource === resource && a.resource.group === group && a.subresource === subresource;
}

/** The 403 that a plugin answers with (admission.NewForbidden). A refusal that is one already stays as it is. */
export function denied(a: AdmissionAttributes, why: string | Error): StatusError {
  if (why instanceof StatusError && isForbidden(why)) return why;
  return forbidden(a.resource, nameOf(a), typeof why === 'string' ? why : errorMessage(why));
}

/** The object's name as far as it is known: a generated name is not made yet. */
function nameOf(a: AdmissionAttributes): string {
  if (a.name !== '') return a.name;
  const { name, generateName } = (a.object?.metadata ?? {}) as { name?: string; generateName?: string };
  return name || generateName || 'Unknown';
}
