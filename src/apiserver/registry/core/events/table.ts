import type { Event } from '../../../../api/core/v1.gen.ts';
import { translateAge } from '../../age.ts';
import { toCoreEvent } from '../../events/conversion.ts';
import type { TableConverter } from '../../strategy.ts';
import { column, tableOf, wide } from '../../shared/table.ts';

const storedForm = tableOf<Event>(
  [
    column('Last Seen', 'string', 'The time at which the most recent occurrence of this event was recorded.'),
    column('Type', 'string', 'Type of this event (Normal, Warning), new types could be added in the future'),
    column(
      'Reason',
      'string',
      "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
    ),
    column('Object', 'string', 'The object that this event is about.'),
    wide(
      'Subobject',
      'If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: "spec.containers{name}" (where "name" refers to the name of the container that triggered the event) or if no container name is specified "spec.containers[2]" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.',
    ),
    wide('Source', 'The component reporting this event. Should be a short machine understandable string.'),
    column('Message', 'string', 'A human-readable description of the status of this operation.'),
    wide('First Seen', 'The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)'),
    wide('Count', 'The number of times this event has occurred.'),
    {
      name: 'Name',
      type: 'string',
      format: 'name',
      priority: 1,
      description:
        'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
    },
  ],
  (event, _age, nowMs) => {
    const { metadata, involvedObject, series } = event;
    const first = translateAge(event.firstTimestamp ?? event.eventTime, nowMs);
    const last = event.lastTimestamp ? translateAge(event.lastTimestamp, nowMs) : first;
    const kind = (involvedObject?.kind ?? '').toLowerCase();
    return [
      series ? translateAge(series.lastObservedTime, nowMs) : last,
      event.type ?? '',
      event.reason ?? '',
      involvedObject?.name ? `${kind}/${involvedObject.name}` : kind,
      involvedObject?.fieldPath ?? '',
      source(event),
      (event.message ?? '').trim(),
      first,
      series ? (series.count ?? 0) : event.count || 1,
      metadata.name,
    ];
  },
);

function source(event: Event): string {
  const component = event.source?.component || (event.reportingComponent ?? '');
  const instance = event.source?.host || (event.reportingInstance ?? '');
  return instance === '' ? component : `${component}, ${instance}`;
}

/** Events of either group. */
export const eventTable: TableConverter = {
  ...storedForm,
  cells: (object, nowMs) => storedForm.cells(object.apiVersion === 'v1' ? object : toCoreEvent(object), nowMs),
};
