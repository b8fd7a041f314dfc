import type { Event } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import type { Strategy } from '../../strategy.ts';
import { validateEvent, validateEventUpdate } from './validation.ts';

const asEvent = (object: AnyObject) => object as unknown as Event;
const INVOLVED = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const;

/** Events of both groups, stored as core/v1. */
export const eventStrategy: Strategy = {
  allowCreateOnUpdate: true,
  validate: (object, { group }) => validateEvent(asEvent(object), group),
  validateUpdate: (object, old, { group }) => validateEventUpdate(asEvent(object), asEvent(old), group),
  selectableFieldNames: [
    ...INVOLVED.flatMap((name) => [`involvedObject.${name}`, `regarding.${name}`]),
    'reason', 'reportingComponent', 'reportingController', 'source', 'type',
  ], // prettier-ignore
  selectableFields(object) {
    const event = object as unknown as Event & AnyObject;
    const fields: Record<string, string> = {
      reason: event.reason ?? '',
      reportingComponent: event.reportingComponent ?? '',
      reportingController: event.reportingComponent ?? '',
      source: event.source?.component || (event.reportingComponent ?? ''),
      type: event.type ?? '',
    };
    // events.k8s.io names the same object otherwise.
    for (const name of INVOLVED) fields[`involvedObject.${name}`] = fields[`regarding.${name}`] = event.involvedObject?.[name] ?? '';
    return fields;
  },
};
