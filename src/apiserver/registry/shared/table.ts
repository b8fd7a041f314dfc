/** What the tables of built-in kinds share (k8s.io/kubernetes/pkg/printers/internalversion). */
import type { AnyObject } from '../../../api/object.ts';
import { translateAge } from '../age.ts';
import type { ColumnDefinition, TableConverter } from '../strategy.ts';

export function column(name: string, type: string, description: string): ColumnDefinition {
  return { name, type, format: '', priority: 0, description };
}

/** Shown with `-o wide` only. */
export function wide(name: string, description: string): ColumnDefinition {
  return { name, type: 'string', format: '', priority: 1, description };
}

export const NAME: ColumnDefinition = {
  name: 'Name',
  type: 'string',
  format: 'name',
  priority: 0,
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
};

export const AGE: ColumnDefinition = column(
  'Age',
  'string',
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
);

export const CONTAINERS = wide('Containers', 'Names of each container in the template.');
export const IMAGES = wide('Images', 'Images referenced by each container in the template.');

/** A table whose cells are computed from the typed object. `age` is how old it is. */
export function tableOf<T>(
  columns: readonly ColumnDefinition[],
  cells: (object: T, age: string, nowMs: number) => unknown[],
): TableConverter {
  return {
    columns,
    cells: (object: AnyObject, nowMs) => cells(object as unknown as T, translateAge(object.metadata.creationTimestamp, nowMs), nowMs),
  };
}

interface Named {
  readonly name: string;
  readonly image?: string | undefined;
}
export const containerNames = (containers: readonly Named[] | undefined) => (containers ?? []).map((c) => c.name).join(',');
export const containerImages = (containers: readonly Named[] | undefined) => (containers ?? []).map((c) => c.image ?? '').join(',');

/** `a=b,c=d` by key; `<none>` without labels. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const text = Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
  return text === '' ? '<none>' : text;
}

/** The first `max` of a list and how many more there are. */
export function firstAndMore(list: readonly string[], max: number, empty: string): string {
  const shown = list.slice(0, max).join(',');
  if (list.length > max) return `${shown} + ${list.length - max} more...`;
  return shown === '' ? empty : shown;
}
