/**
 * Ownership of fields: metadata.managedFields on every write, and server-side apply (apimachinery util/managedfields;
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/). Pure: objects in, objects out, nothing given is changed.
 */
import type { ManagedFieldsEntry } from '../../api/meta/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { isObject, type JsonObject } from '../patch/values.ts';
import { badRequest, StatusError } from '../status-error.ts';
import { capManagers } from './cap-managers.ts';
import { ApplyConflictError } from './conflict.ts';
import { FieldSet } from './field-set.ts';
import { allowedByLastApplied, syncLastApplied } from './last-applied.ts';
import { decodeManagers, encodeManagers, ManagedFieldsError, managerId, type ManagerId, type Managers } from './managers.ts';
import { fieldPathOf, PathElementError } from './path-element.ts';
import { filterFields, type FieldFilter } from './reset-fields.ts';
import { TypedError, type Lazy } from './type.ts';
import { Updater, type Typed } from './updater.ts';
import { validateTyped } from './validate.ts';

/** What is known of the kind and the request. */
export interface FieldManagerOptions {
  /** Group version of the request's objects: `apps/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** builtinType(id), structuralType(schema) or deducedType. */
  readonly type: Lazy;
  /** The object that is there before one is created: `decodeObject(id, {})` for built-in kinds, `{}` for custom ones. */
  readonly empty: Readonly<JsonObject>;
  /** `status`, `scale`, ...; '' for the object itself. */
  readonly subresource: string;
  /** Fields that the strategy resets in this request; builtinFilter(), customFilter(). */
  readonly filter?: FieldFilter | undefined;
  /** An object in another version of the kind; left out: all versions have the same fields. undefined: not served. */
  readonly convert?: (object: unknown, apiVersion: string) => Typed | undefined;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

export interface UpdateInput extends FieldManagerOptions {
  /** As stored; undefined on create. */
  readonly live: Readonly<JsonObject> | undefined;
  /** As it shall be stored. */
  readonly next: Readonly<JsonObject>;
  /** Who writes: the fieldManager parameter, or the user agent's first word. */
  readonly manager: string;
}

export interface ApplyInput extends FieldManagerOptions {
  readonly live: Readonly<JsonObject> | undefined;
  /** The applied configuration as sent: not decoded, not defaulted. */
  readonly patch: Readonly<JsonObject>;
  readonly manager: string;
  readonly force: boolean;
}

/** Never owned by anybody. */
const STRIPPED = FieldSet.of(
  fieldPathOf('apiVersion'),
  fieldPathOf('kind'),
  fieldPathOf('metadata'),
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map(
    (name) => fieldPathOf('metadata', name),
  ),
);
const CURRENT: ManagerId = 'current-operation';
const BEFORE_FIRST_APPLY = 'before-first-apply';

/** `next` with the managedFields it gets by this create, update or (non-apply) patch. Never throws: what cannot be tracked is not tracked. */
export function trackUpdate(input: UpdateInput): JsonObject {
  const live = input.live ?? input.empty;
  const managers = managersOf(live, input.next, input.subresource !== '');
  // An object that nobody tracked from the start is not tracked until it is applied.
  if (managers.size === 0 && metadataOf(live)['uid']) return withManagers(input.next, managers);
  try {
    updateManagers(input, live, input.next, managers, input.manager);
  } catch (error) {
    if (error instanceof TypedError || error instanceof PathElementError) return withManagers(input.next, new Map());
    throw error;
  }
  return withManagers(input.next, managers);
}

/**
 * The object after a server-side apply, to be decoded and defaulted, with its managedFields. Throws StatusError: 409 with the
 * conflicts, 400 for a configuration of another kind, 500 (as upstream) for one that does not fit the schema.
 */
export function applyPatch(input: ApplyInput): JsonObject {
  checkPatch(input);
  const live = input.live ?? input.empty;
  const managers = managersForApply(live);
  if (managers.size === 0) updateManagers(input, input.empty, live, managers, BEFORE_FIRST_APPLY);
  try {
    const { object, owners } = applyOnce(input, live, managers, input.force);
    return withManagers(input.manager === 'kubectl' ? syncLastApplied(object, input.patch) : object, owners);
  } catch (error) {
    if (error instanceof ApplyConflictError) return resolveConflicts(input, live, managers, error);
    throw error;
  }
}

/** kubectl that moves from client-side to server-side apply does not conflict with itself. */
function resolveConflicts(input: ApplyInput, live: Readonly<JsonObject>, managers: Managers, error: ApplyConflictError): JsonObject {
  const allowed = input.manager === 'kubectl' ? allowedByLastApplied(live, input.type, input.apiVersion) : undefined;
  if (!allowed) throw error.toStatus();
  const rest = error.conflicts.filter((conflict) => !allowed.has(conflict.path));
  if (rest.length > 0) throw new ApplyConflictError(rest).toStatus();
  const { object, owners } = applyOnce(input, live, managers, true);
  return withManagers(syncLastApplied(object, input.patch), owners);
}

function checkPatch({ patch, apiVersion, kind, type }: ApplyInput): void {
  if (patch['kind'] !== kind || patch['apiVersion'] !== apiVersion) throw badRequest(`invalid object type: ${goKind(patch)}`);
  const metadata = metadataOf(patch);
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) throw badRequest('metadata.managedFields must be nil');
  try {
    validateTyped(type, patch);
  } catch (error) {
    if (error instanceof TypedError) throw typedFailure('failed to create typed patch object', patch, error);
    throw error;
  }
}

function typedFailure(what: string, object: Readonly<JsonObject>, error: Error): StatusError {
  const { name = '', namespace = '' } = metadataOf(object);
  return new StatusError({
    code: 500,
    message: `${what} (${String(namespace)}/${String(name)}; ${goKind(object)}): ${error.message}`,
  });
}

/** schema.GroupVersionKind as it prints: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`. */
function goKind(object: Readonly<JsonObject>): string {
  const apiVersion = String(object['apiVersion'] ?? '');
  return `${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${String(object['kind'] ?? '')}`;
}

function applyOnce(
  input: ApplyInput,
  live: Readonly<JsonObject>,
  before: Managers,
  force: boolean,
): { object: JsonObject; owners: Managers } {
  const owners = new Map(before);
  const id = managerId({
    manager: input.manager || 'unknown',
    operation: 'Apply',
    apiVersion: input.apiVersion,
    subresource: input.subresource,
  });
  const current = withoutManagers(live);
  let applied: unknown;
  try {
    applied = updaterOf(input).apply(current, input.patch, owners, id, force);
  } catch (error) {
    if (error instanceof TypedError) throw typedFailure('failed to merge config', input.patch, error);
    throw error;
  }
  strip(owners, id);
  if (applied === undefined) return { object: current, owners };
  const mine = owners.get(id);
  if (mine) owners.set(id, { ...mine, time: formatTime(input.nowMs) });
  return { object: applied as JsonObject, owners };
}

/** Gives what changed between two objects to `manager`. Changes `managers`. */
function updateManagers(
  options: FieldManagerOptions,
  live: Readonly<JsonObject>,
  next: Readonly<JsonObject>,
  managers: Managers,
  manager: string,
): void {
  updaterOf(options).update(withoutManagers(live), withoutManagers(next), managers, CURRENT);
  strip(managers, CURRENT);
  const current = managers.get(CURRENT);
  if (current) {
    managers.delete(CURRENT);
    const id = managerId({
      manager: manager || 'unknown',
      operation: 'Update',
      apiVersion: options.apiVersion,
      subresource: options.subresource,
    });
    const before = managers.get(id);
    managers.set(id, { ...current, set: before ? current.set.union(before.set) : current.set, time: formatTime(options.nowMs) });
  }
  capManagers(managers);
}

function updaterOf({ apiVersion, type, filter, convert }: FieldManagerOptions): Updater {
  return new Updater({
    apiVersion,
    type,
    convert: convert ?? ((value) => ({ type, value })),
    filter: filter && filterFields(filter),
  });
}

function strip(managers: Managers, id: ManagerId): void {
  const managed = managers.get(id);
  if (!managed) return;
  const set = managed.set.difference(STRIPPED);
  if (set.empty) managers.delete(id);
  else managers.set(id, { ...managed, set });
}

/** What the request says, where it may; else (also when it says nothing or nonsense) what the live object says. */
function managersOf(live: Readonly<JsonObject>, next: Readonly<JsonObject>, onlyLive: boolean): Managers {
  const given = entriesOf(next);
  if (!onlyLive && given) {
    // An empty list, or one empty entry: the client resets the tracking.
    if (given.length === 0 || (given.length === 1 && Object.keys(given[0] ?? {}).length === 0)) return new Map();
    const managers = tryDecode(given);
    if (managers && managers.size > 0) return managers;
  }
  return tryDecode(entriesOf(live)) ?? new Map();
}

function tryDecode(entries: readonly ManagedFieldsEntry[] | undefined): Managers | undefined {
  try {
    return decodeManagers(entries);
  } catch (error) {
    if (error instanceof ManagedFieldsError || error instanceof PathElementError) return undefined;
    throw error;
  }
}

function managersForApply(live: Readonly<JsonObject>): Managers {
  try {
    return decodeManagers(entriesOf(live));
  } catch (error) {
    if (error instanceof ManagedFieldsError || error instanceof PathElementError) {
      throw new StatusError({ code: 500, message: `failed to decode managed fields: ${error.message}` });
    }
    throw error;
  }
}

function metadataOf(object: Readonly<JsonObject>): JsonObject {
  const metadata = object['metadata'];
  return isObject(metadata) ? metadata : {};
}

function entriesOf(object: Readonly<JsonObject>): ManagedFieldsEntry[] | undefined {
  const entries = metadataOf(object)['managedFields'];
  return Array.isArray(entries) ? (entries as ManagedFieldsEntry[]) : undefined;
}

function withoutManagers(object: Readonly<JsonObject>): JsonObject {
  const metadata = object['metadata'];
  if (!isObject(metadata) || !('managedFields' in metadata)) return object as JsonObject;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

function withManagers(object: Readonly<JsonObject>, managers: Managers): JsonObject {
  const managedFields = encodeManagers(managers);
  const rest = withoutManagers(object);
  if (!managedFields) return rest === object ? { ...object } : rest;
  return { ...rest, metadata: { ...metadataOf(rest), managedFields } };
}
