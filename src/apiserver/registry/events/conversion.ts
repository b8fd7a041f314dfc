/** events.k8s.io/v1 over the stored core/v1 form (pkg/apis/events/v1/conversion.go). */
import type { AnyObject } from '../../../api/object.ts';
import type { VersionConversion } from '../../served-resource.ts';
import { reshaped } from '../shared/reshaped.ts';

/** Served name and stored name of the fields that differ. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
  ['reportingController', 'reportingComponent'],
];
const toStoredNames = new Map(RENAMED);
const toServedNames = new Map(RENAMED.map(([served, stored]) => [stored, served]));

export const toCoreEvent = (event: AnyObject): AnyObject => reshaped('core/v1.Event', 'v1', rename(event, toStoredNames));

export const eventConversion: VersionConversion = {
  toStored: toCoreEvent,
  fromStored: (event) => reshaped('events/v1.Event', 'events.k8s.io/v1', rename(event, toServedNames)),
};

function rename(object: AnyObject, names: ReadonlyMap<string, string>): AnyObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value])) as AnyObject;
}
