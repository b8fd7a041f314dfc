/** metadata.managedFields and the managers in it (apimachinery managedfields/internal/managedfields.go). */
import type { ManagedFieldsEntry } from '../../api/meta/v1.gen.ts';
import { goQuote } from '../../wire/json/go-text.ts';
import { marshalGo } from '../../wire/json/stringify.ts';
import type { FieldSet } from './field-set.ts';
import { fromFieldsV1, toFieldsV1, type FieldsV1 } from './fields-v1.ts';
import { compareText } from './path-element.ts';

export type ManagerId = string;

export interface ManagedSet {
  readonly set: FieldSet;
  readonly apiVersion: string;
  /** By Apply rather than by Update. */
  readonly applied: boolean;
  /** RFC 3339; when the manager last changed something. */
  readonly time: string | undefined;
}

export type Managers = Map<ManagerId, ManagedSet>;

interface Identity {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
}

/** An entry that is none; the message is upstream's. */
export class ManagedFieldsError extends Error {}

/** Appliers are told apart without their version, so that they stay the same when they move to another one. */
export function managerId({ manager, operation, apiVersion, subresource }: Identity): ManagerId {
  return marshalGo({
    ...(manager !== '' && { manager }),
    operation,
    ...(operation === 'Update' && apiVersion !== '' && { apiVersion }),
    ...(subresource !== '' && { subresource }),
  });
}

export function parseManagerId(id: ManagerId): Partial<Identity> {
  return JSON.parse(id) as Partial<Identity>;
}

/** Throws ManagedFieldsError or PathElementError. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  const managers: Managers = new Map();
  entries?.forEach((entry, i) => {
    const { operation } = entry;
    if (operation !== 'Apply' && operation !== 'Update') throw new ManagedFieldsError('operation must be `Apply` or `Update`');
    if (!entry.apiVersion) throw new ManagedFieldsError('apiVersion must not be empty');
    if (!entry.fieldsType) throw new ManagedFieldsError(`missing fieldsType in managed fields entry ${i}`);
    if (entry.fieldsType !== 'FieldsV1')
      throw new ManagedFieldsError(`invalid fieldsType ${goQuote(entry.fieldsType)} in managed fields entry ${i}`);
    const id = managerId({ manager: entry.manager ?? '', operation, apiVersion: entry.apiVersion, subresource: entry.subresource ?? '' });
    managers.set(id, {
      set: fromFieldsV1(entry.fieldsV1 as FieldsV1 | undefined),
      apiVersion: entry.apiVersion,
      applied: operation === 'Apply',
      time: (entry.time as string | undefined) ?? undefined,
    });
  });
  return managers;
}

/** Sorted as upstream sorts them; undefined for no managers. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined;
  const entries = [...managers].map(([id, { set, apiVersion, applied, time }]): ManagedFieldsEntry => {
    const { manager, operation, subresource } = parseManagerId(id);
    return {
      ...(manager !== undefined && { manager }),
      operation: applied ? 'Apply' : (operation ?? 'Update'),
      apiVersion,
      ...(time !== undefined && { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(set),
      ...(subresource !== undefined && { subresource }),
    } as ManagedFieldsEntry;
  });
  return entries.sort(compareEntries);
}

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    compareText(a.operation ?? '', b.operation ?? '') ||
    secondsOf(a.time as string | undefined) - secondsOf(b.time as string | undefined) ||
    compareText(a.manager ?? '', b.manager ?? '') ||
    compareText(a.apiVersion ?? '', b.apiVersion ?? '') ||
    compareText(a.subresource ?? '', b.subresource ?? '')
  );
}

export const secondsOf = (time: string | undefined): number => (time === undefined ? 0 : Math.floor(Date.parse(time) / 1000));
