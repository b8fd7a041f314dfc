/** What events must look like; newer rules hold for events.k8s.io (pkg/apis/core/validation/events.go). */
import type { Event } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, invalid, required, type FieldError } from '../../../../machinery/field.ts';
import { checkQualifiedName, checkSubdomain, IMMUTABLE } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';

export const NEW_GROUP = 'events.k8s.io';
const LIMIT = 128;
const NOTE_LIMIT = 1024;

export function validateEvent(event: Event, group: string): FieldError[] {
  const errors: FieldError[] = [];
  checkCommon(event, group, errors);
  if (group !== NEW_GROUP) return errors;
  checkSeries(event, errors);
  if (!event.eventTime) errors.push(required(fieldPath('eventTime')));
  if (event.type !== 'Normal' && event.type !== 'Warning')
    errors.push(invalid(fieldPath('type'), '', `has invalid value: ${event.type ?? ''}`));
  const unset = (field: string) => errors.push(invalid(fieldPath(field), '', 'needs to be unset'));
  if (event.firstTimestamp) unset('firstTimestamp');
  if (event.lastTimestamp) unset('lastTimestamp');
  if (event.count) unset('count');
  if (event.source?.component || event.source?.host) unset('source');
  return errors;
}

/** Fields that events of the new group keep, with the type of those that are structs. */
const KEPT: readonly (readonly [field: string, type: string, shownAs?: string])[] = [
  ['involvedObject', 'core/v1.ObjectReference'],
  ['reason', ''],
  ['message', ''],
  ['source', 'core/v1.EventSource'],
  ['firstTimestamp', ''],
  ['lastTimestamp', ''],
  ['count', ''],
  ['type', ''],
  ['eventTime', ''],
  ['action', ''],
  ['related', 'core/v1.ObjectReference'],
  ['reportingComponent', '', 'reportingController'],
  ['reportingInstance', ''],
];

export function validateEventUpdate(event: Event, old: Event, group: string): FieldError[] {
  const errors: FieldError[] = [];
  checkCommon(event, group, errors);
  if (group !== NEW_GROUP) return errors;
  if (!semanticEqual(event.series, old.series)) checkSeries(event, errors);
  const [now, was] = [event as unknown as AnyObject, old as unknown as AnyObject];
  for (const [field, type, shownAs = field] of KEPT) {
    if (semanticEqual(now[field] || undefined, was[field] || undefined)) continue;
    errors.push(invalid(fieldPath(shownAs), type ? goShown(type, now[field]) : (now[field] ?? null), IMMUTABLE));
  }
  return errors;
}

function checkSeries({ series }: Event, errors: FieldError[]): void {
  if (!series) return;
  if ((series.count ?? 0) < 2) errors.push(invalid(fieldPath('series.count'), '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required(fieldPath('series.lastObservedTime')));
}

function checkCommon(event: Event, group: string, errors: FieldError[]): void {
  const { namespace } = event.metadata;
  const about = event.involvedObject.namespace ?? '';
  const mismatch = () => errors.push(invalid(fieldPath('involvedObject', 'namespace'), about, 'does not match event.namespace'));
  if (!event.eventTime) {
    if (about === '' ? namespace !== '' && namespace !== 'default' : namespace !== about) mismatch();
  } else {
    if (about === '' && namespace !== 'default' && namespace !== 'kube-system') mismatch();
    checkReport(event, group, errors);
  }
  checkSubdomain(namespace, fieldPath('namespace'), errors);
}

function checkReport(event: Event, group: string, errors: FieldError[]): void {
  const controller = event.reportingComponent ?? '';
  const path = fieldPath(group === NEW_GROUP ? 'reportingController' : 'reportingComponent');
  if (controller === '') errors.push(required(path));
  checkQualifiedName(controller, path, errors);
  for (const field of ['reportingInstance', 'action', 'reason'] as const) {
    const value = event[field] ?? '';
    if (value === '') errors.push(required(fieldPath(field)));
    if (Buffer.byteLength(value) > LIMIT) errors.push(invalid(fieldPath(field), '', `can have at most ${LIMIT} characters`));
  }
  if (Buffer.byteLength(event.message ?? '') > NOTE_LIMIT)
    errors.push(invalid(fieldPath('message'), '', `can have at most ${NOTE_LIMIT} characters`));
}
