/** The one error of the API (k8s.io/apimachinery/pkg/api/errors): carries the Status object that clients see. */
import type { Status, StatusCause } from '../api/meta/v1.gen.ts';

export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

export class StatusError extends Error {
  readonly status: Status;

  constructor(status: Omit<Status, 'metadata' | 'kind' | 'apiVersion' | 'status'>) {
    super(status.message ?? status.reason ?? 'unknown');
    this.name = 'StatusError';
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...status };
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): string {
    return this.status.reason ?? '';
  }
}

function resourceString({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function failure(code: number, reason: string, message: string, details?: Status['details']): StatusError {
  return new StatusError({ message, reason, ...(details && { details }), code });
}

const named = (gr: GroupResource, name: string) => ({ name: name || undefined, group: gr.group || undefined, kind: gr.resource || undefined });

export const notFound = (gr: GroupResource, name: string) => failure(404, 'NotFound', `${resourceString(gr)} "${name}" not found`, named(gr, name));
export const alreadyExists = (gr: GroupResource, name: string) =>
  failure(409, 'AlreadyExists', `${resourceString(gr)} "${name}" already exists`, named(gr, name));
export const conflict = (gr: GroupResource, name: string, message: string) =>
  failure(409, 'Conflict', `Operation cannot be fulfilled on ${resourceString(gr)} "${name}": ${message}`, named(gr, name));
export const forbidden = (gr: GroupResource, name: string, message: string) =>
  failure(
    403,
    'Forbidden',
    gr.resource === '' ? `forbidden: ${message}` : name === '' ? `${resourceString(gr)} is forbidden: ${message}` : `${resourceString(gr)} "${name}" is forbidden: ${message}`,
    named(gr, name),
  );
export const unauthorized = (message = 'Unauthorized') => failure(401, 'Unauthorized', message);
export const badRequest = (message: string) => failure(400, 'BadRequest', message);
export const gone = (message: string) => failure(410, 'Gone', message);
export const expired = (message: string) => failure(410, 'Expired', message);
export const methodNotSupported = (gr: GroupResource, action: string) =>
  failure(405, 'MethodNotAllowed', `${action} is not supported on resources of kind "${resourceString(gr)}"`, { group: gr.group || undefined, kind: gr.resource });
export const internalError = (message: string) =>
  failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
export const requestEntityTooLarge = (message: string) => failure(413, 'RequestEntityTooLarge', `Request entity is too large: ${message}`);
export const unsupportedMediaType = (message: string) => failure(415, 'UnsupportedMediaType', message);
export const notAcceptable = (message: string) => failure(406, 'NotAcceptable', message);
export const serviceUnavailable = (message: string) => failure(503, 'ServiceUnavailable', message);
export const tooManyRequests = (message: string, retryAfterSeconds: number, causes?: StatusCause[]) =>
  failure(429, 'TooManyRequests', message, { retryAfterSeconds: retryAfterSeconds || undefined, causes });
export const timeout = (message: string, retryAfterSeconds: number) =>
  failure(504, 'Timeout', `Timeout: ${message}`, { retryAfterSeconds: retryAfterSeconds || undefined });
/** `errors` come from field.ts, in upstream's order. */
export const invalid = (kind: { readonly group: string; readonly kind: string }, name: string, causes: StatusCause[], aggregate: string) =>
  failure(422, 'Invalid', `${kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`} "${name}" is invalid: ${aggregate}`, {
    name: name || undefined,
    group: kind.group || undefined,
    kind: kind.kind || undefined,
    causes,
  });

function hasReason(error: unknown, ...reasons: string[]): boolean {
  return error instanceof StatusError && reasons.includes(error.reason);
}
export const isNotFound = (error: unknown): boolean => hasReason(error, 'NotFound');
export const isAlreadyExists = (error: unknown): boolean => hasReason(error, 'AlreadyExists');
export const isConflict = (error: unknown): boolean => hasReason(error, 'Conflict');
export const isInvalid = (error: unknown): boolean => hasReason(error, 'Invalid');
export const isForbidden = (error: unknown): boolean => hasReason(error, 'Forbidden');
/** 410: the revision is gone; list again. */
export const isExpired = (error: unknown): boolean => hasReason(error, 'Expired', 'Gone');
export const isTooManyRequests = (error: unknown): boolean => hasReason(error, 'TooManyRequests');
/** Creation in a namespace that is going away. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof StatusError && (error.status.details?.causes ?? []).some((c) => c.reason === 'NamespaceTerminating');
