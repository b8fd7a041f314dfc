/** Reads and checks the query parameters of lists, watches and writes (meta/v1 ListOptions, CreateOptions, ...). */
import { fieldPath, forbidden, invalid, notSupported, required, toInvalid, type FieldError } from '../../machinery/field.ts';
import { badRequest } from '../../machinery/status-error.ts';
import { isTrue } from '../request-info.ts';

export interface ListParameters {
  readonly limit: number;
  readonly continue: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

export function listParameters(query: URLSearchParams): ListParameters {
  const parameters: ListParameters = {
    limit: integer(query, 'limit') ?? 0,
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: (query.get('resourceVersionMatch') ?? '') as ListParameters['resourceVersionMatch'],
    watch: isTrue(query.get('watch')),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: query.has('sendInitialEvents') ? isTrue(query.get('sendInitialEvents')) : undefined,
    timeoutSeconds: integer(query, 'timeoutSeconds'),
  };
  const errors = validateListParameters(parameters);
  if (errors.length > 0) throw toInvalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  if (parameters.resourceVersion !== '') parseRevision(parameters.resourceVersion);
  return parameters;
}

/** k8s.io/apimachinery/pkg/apis/meta/internalversion/validation. */
function validateListParameters(p: ListParameters): FieldError[] {
  const match = fieldPath('resourceVersionMatch');
  if (p.watch || p.sendInitialEvents !== undefined) return validateWatchParameters(p);
  const errors: FieldError[] = [];
  if (p.resourceVersionMatch === '') return errors;
  if (p.resourceVersion === '') errors.push(forbidden(match, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
  if (p.continue !== '') errors.push(forbidden(match, 'resourceVersionMatch is forbidden when continue is provided'));
  if (p.resourceVersionMatch !== 'Exact' && p.resourceVersionMatch !== 'NotOlderThan') errors.push(notSupported(match, p.resourceVersionMatch, ['Exact', 'NotOlderThan']));
  if (p.resourceVersionMatch === 'Exact' && p.resourceVersion === '0') {
    errors.push(forbidden(match, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  return errors;
}

function validateWatchParameters(p: ListParameters): FieldError[] {
  const match = fieldPath('resourceVersionMatch');
  const errors: FieldError[] = [];
  if (p.sendInitialEvents !== undefined) {
    if (!p.watch) return [forbidden(fieldPath('sendInitialEvents'), 'sendInitialEvents is forbidden for list')];
    if (p.resourceVersionMatch !== 'NotOlderThan') errors.push(forbidden(match, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  } else if (p.resourceVersionMatch !== '') {
    errors.push(forbidden(match, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  }
  if (p.resourceVersionMatch === 'Exact') errors.push(notSupported(match, p.resourceVersionMatch, ['NotOlderThan']));
  if (p.continue !== '') errors.push(forbidden(fieldPath('continue'), 'continue is forbidden for watch'));
  return errors;
}

/** A resourceVersion as a revision. Rejects with 400. */
export function parseRevision(text: string): number {
  if (!/^\d+$/.test(text) || text.length > 19) {
    throw toInvalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [invalid(fieldPath('resourceVersion'), text, `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${text.length > 19 ? 'value out of range' : 'invalid syntax'}`)]);
  }
  return Number(text);
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

export interface WriteParameters {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly force: boolean | undefined;
}

/** Options of create, update and patch. Rejects with 422 as upstream's option validation does. */
export function writeParameters(query: URLSearchParams, kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions', isApply = false): WriteParameters {
  const errors: FieldError[] = [];
  const dryRun = query.getAll('dryRun').filter((v) => v !== '');
  if (dryRun.some((v) => v !== 'All') ) errors.push(notSupported(fieldPath('dryRun'), dryRun, ['All']));
  const fieldManager = query.get('fieldManager') ?? '';
  if (fieldManager.length > 128) errors.push(invalid(fieldPath('fieldManager'), fieldManager, 'may not be more than 128 bytes'));
  if (/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(fieldManager)) errors.push(invalid(fieldPath('fieldManager'), fieldManager, 'should only contain printable characters'));
  const force = query.has('force') ? isTrue(query.get('force')) : undefined;
  if (kind === 'PatchOptions') {
    if (isApply && fieldManager === '') errors.push(required(fieldPath('fieldManager'), 'is required for apply patch'));
    if (!isApply && force !== undefined) errors.push(forbidden(fieldPath('force'), 'may not be specified for non-apply patch'));
  }
  const validation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(validation)) errors.push(notSupported(fieldPath('fieldValidation'), validation, ['', 'Ignore', 'Strict', 'Warn']));
  if (errors.length > 0) throw toInvalid({ group: 'meta.k8s.io', kind }, '', errors);
  return { dryRun: dryRun.length > 0, fieldManager, force };
}

/** Name of the manager when the client gives none: the first word of its user agent. */
export function managerName(fieldManager: string, userAgent: string | string[] | undefined): string {
  if (fieldManager !== '') return fieldManager;
  const agent = Array.isArray(userAgent) ? userAgent[0] : userAgent;
  return (agent ?? '').split('/')[0]?.slice(0, 128) || 'unknown';
}
