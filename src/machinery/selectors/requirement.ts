/** One condition on labels (k8s.io/apimachinery/pkg/labels.Requirement). */
import { aggregateMessage, FieldPath, invalid, notSupported, type ErrorList, type FieldError } from '../field.ts';
import { isLabelKey, isLabelValue } from '../names.ts';
import { StatusError } from '../status-error.ts';

export type Operator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

/** As they appear in upstream's messages. */
export const BINARY_OPERATORS: readonly Operator[] = ['in', 'notin', '=', '==', '!=', 'gt', 'lt'];
const ALL_OPERATORS: readonly Operator[] = [...BINARY_OPERATORS, 'exists', '!'];

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

export type Labels = Readonly<Record<string, string>> | undefined;

/** A selector that cannot be understood (400); the message is upstream's. */
export class SelectorError extends StatusError {
  constructor(message: string) {
    super({ code: 400, reason: 'BadRequest', message });
  }
}

/** Checks and makes a requirement. Throws SelectorError. `path` is where the selector stands, for messages. */
export function newRequirement(key: string, operator: Operator, values: readonly string[], path?: FieldPath): Requirement {
  const at = (name: string) => path?.child(name) ?? FieldPath.of(name);
  const errors: ErrorList = [];
  const keyError = labelKeyError(key, at('key'));
  if (keyError) errors.push(keyError);
  const valuesPath = at('values');
  const countError = valueCountError(operator, values);
  if (!ALL_OPERATORS.includes(operator)) errors.push(notSupported(at('operator'), operator, ALL_OPERATORS));
  else if (countError !== undefined) errors.push(invalid(valuesPath, values, countError));
  if (operator === 'gt' || operator === 'lt') {
    values.forEach((value, i) => {
      if (parseInt64(value) === undefined)
        errors.push(invalid(valuesPath.index(i), value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    });
  }
  values.forEach((value, i) => {
    const complaints = isLabelValue(value);
    if (complaints.length > 0) errors.push(invalid(valuesPath.index(i).key(key), value, complaints.join('; ')));
  });
  const message = aggregateMessage(errors);
  if (message !== undefined) throw new SelectorError(message);
  return { key, operator, values };
}

export function labelKeyError(key: string, path: FieldPath | undefined): FieldError | undefined {
  const complaints = isLabelKey(key);
  return complaints.length > 0 ? invalid(path, key, complaints.join('; ')) : undefined;
}

function valueCountError(operator: Operator, values: readonly string[]): string | undefined {
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length === 0 ? "for 'in', 'notin' operators, values set can't be empty" : undefined;
    case '=':
    case '==':
    case '!=':
      return values.length !== 1 ? 'exact-match compatibility requires one single value' : undefined;
    case 'exists':
    case '!':
      return values.length !== 0 ? 'values set must be empty for exists and does not exist' : undefined;
    default:
      return values.length !== 1 ? "for 'Gt', 'Lt' operators, exactly one value is required" : undefined;
  }
}

const INT64_MAX = 2n ** 63n - 1n;

/** strconv.ParseInt(text, 10, 64); undefined when it would fail. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = text.startsWith('+') ? BigInt(text.slice(1)) : BigInt(text);
  return value > INT64_MAX || value < -INT64_MAX - 1n ? undefined : value;
}

export function requirementMatches({ key, operator, values }: Requirement, labels: Labels): boolean {
  const found: unknown = labels?.[key];
  // A label map is a plain object: what it inherits (constructor, ...) is no label.
  const value = typeof found === 'string' ? found : undefined;
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    default: {
      const have = value === undefined ? undefined : parseInt64(value);
      const limit = parseInt64(values[0] ?? '');
      if (have === undefined || limit === undefined) return false;
      return operator === 'gt' ? have > limit : have < limit;
    }
  }
}

export function requirementString({ key, operator, values }: Requirement): string {
  const listed = values.length > 1 ? [...values].sort(compareBytes).join(',') : (values[0] ?? '');
  switch (operator) {
    case '!':
      return `!${key}`;
    case 'exists':
      return key;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${listed})`;
    case 'gt':
      return `${key}>${listed}`;
    case 'lt':
      return `${key}<${listed}`;
    default:
      return `${key}${operator}${listed}`;
  }
}

const compareBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
