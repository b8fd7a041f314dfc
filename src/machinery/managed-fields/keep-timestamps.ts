import type { ManagedFieldsEntry } from '../../api/meta/v1.gen.ts';
import { isObject, jsonEqual, type JsonObject } from '../patch/values.ts';

/**
 * `next`, with the times of `live`'s managedFields when nothing but these times differs: then the write changes nothing and needs no new
 * revision (fieldmanager.IgnoreManagedFieldsTimestampsTransformer).
 */
export function keepTimestamps(live: Readonly<JsonObject>, next: JsonObject): JsonObject {
  const before = entries(live);
  const after = entries(next);
  if (!before || !after || before.length !== after.length || after.length === 0) return next;
  if (after.every((entry, i) => entry.time === before[i]?.time)) return next;
  if (!jsonEqual(before.map(withoutTime), after.map(withoutTime))) return next;
  if (!jsonEqual(withoutEntries(live), withoutEntries(next))) return next;
  return { ...next, metadata: { ...(next['metadata'] as JsonObject), managedFields: before } };
}

function entries(object: Readonly<JsonObject>): ManagedFieldsEntry[] | undefined {
  const metadata = object['metadata'];
  const list = isObject(metadata) ? metadata['managedFields'] : undefined;
  return Array.isArray(list) ? (list as ManagedFieldsEntry[]) : undefined;
}

function withoutTime(entry: ManagedFieldsEntry): unknown {
  return { ...entry, time: undefined };
}

function withoutEntries(object: Readonly<JsonObject>): JsonObject {
  const { managedFields: _, ...metadata } = object['metadata'] as JsonObject;
  return { ...object, metadata };
}
