/** Table of a custom resource: its additionalPrinterColumns, or name and age. */
import type { CustomResourceColumnDefinition } from '../../api/apiextensions/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import type { ColumnDefinition, TableConverter } from '../registry/strategy.ts';
import { translateAge } from '../registry/age.ts';
import { evaluate, parseJsonPath, type JsonPath } from './json-path.ts';

const NAME: ColumnDefinition = { name: 'Name', type: 'string', format: 'name', priority: 0, description: 'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names' };
const AGE: CustomResourceColumnDefinition = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

export function customTable(columns: readonly CustomResourceColumnDefinition[] | undefined): TableConverter {
  const all = columns && columns.length > 0 ? columns : [AGE];
  const cells = all.map((column) => ({ column, path: tryParse(column.jsonPath) }));
  return {
    columns: [
      NAME,
      ...all.map((c) => ({
        name: c.name, type: c.type, format: c.format ?? '', priority: c.priority ?? 0,
        description: c.description ?? (c.jsonPath === AGE.jsonPath ? 'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata' : `Custom resource definition column (in JSONPath format): ${c.jsonPath}`),
      })),
    ],
    cells: (object, nowMs) => [object.metadata.name, ...cells.map(({ column, path }) => cell(object, column.type, path, nowMs))],
  };
}

function tryParse(text: string): JsonPath | undefined {
  try {
    return parseJsonPath(text);
  } catch {
    // Refused by the definition's validation; an older stored one shows an empty cell.
    return undefined;
  }
}

function cell(object: AnyObject, type: string, path: JsonPath | undefined, nowMs: number): unknown {
  const values = path ? evaluate(path, object) : [];
  const [value] = values;
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? translateAge(value, nowMs) : null;
    default:
      return values.length > 1 ? values.map(text).join(',') : text(value);
  }
}

function text(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
