/**
 * A JSON value as Go would print it after decoding it into its struct: unknown fields gone, zero values dropped or kept by omitempty's
 * rules, quantities and times in canonical form, keys in Go's order. This is what makes an object an API object; every write passes here.
 */
import { goQuote } from '../../wire/json/go-text.ts';
import { DecodeError, RETRY, type Context, type Trace } from './context.ts';
import { structDecoder } from './struct.ts';

export { DecodeError } from './context.ts';

export interface DecodeOptions {
  /** False: unknown fields are dropped and not told, which saves finding out where they are. */
  readonly strict?: boolean;
}

export interface DecodeResult {
  readonly object: Record<string, unknown>;
  /** Paths (`spec.template.spec.containers[0].foo`) of fields that the type does not have; at most 100. */
  readonly unknownFields: readonly string[];
}

const NONE: readonly string[] = [];
const MAX_REPORTED = 100;

/**
 * `schemaId` is like `core/v1.Pod`. The result shares no containers with `value`, except below fields of raw JSON.
 * Throws DecodeError with Go's text when a value has the wrong type.
 */
export function decodeObject(schemaId: string, value: unknown, options: DecodeOptions = {}): DecodeResult {
  const decode = structDecoder(schemaId);
  const first: Context = { unknown: false, trace: undefined };
  try {
    const object = decode(value, first) as Record<string, unknown>;
    if (!first.unknown || options.strict === false) return { object, unknownFields: NONE };
  } catch (error) {
    if (error !== RETRY) throw error;
  }
  const trace: Trace = { path: [], stack: [], struct: '', unknown: [] };
  const object = decode(value, { unknown: false, trace }) as Record<string, unknown>;
  return { object, unknownFields: trace.unknown };
}

/** The error of strict field validation: `strict decoding error: unknown field "spec.foo"`. */
export function strictDecodingError(messages: readonly string[]): DecodeError {
  return new DecodeError(`strict decoding error: ${messages.join(', ')}`);
}

/**
 * One message per unknown or duplicate field (paths from decodeObject and parseJson), as in warnings and in strictDecodingError:
 * `unknown field "spec.foo"`.
 */
export function strictErrors(unknownFields: readonly string[], duplicates: readonly string[]): string[] {
  const unknown = new Set(unknownFields);
  // What stands in an unknown field was skipped, not read twice.
  const inUnknown = (path: string) => unknown.has(path) || unknownFields.some((u) => path.startsWith(`${u}.`) || path.startsWith(`${u}[`));
  return [
    ...duplicates.filter((path) => !inUnknown(path)).map((path) => `duplicate field ${goQuote(path)}`),
    ...[...unknown].map((path) => `unknown field ${goQuote(path)}`),
  ].slice(0, MAX_REPORTED);
}

/** apiVersion and kind of a parsed body. Throws DecodeError as upstream's SimpleMetaFactory. */
export function interpretTypeMeta(value: unknown): { apiVersion: string; kind: string } {
  const into = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  const fail = (shown: string, place: string) => {
    throw new DecodeError(`couldn't get version/kind; json parse error: json: cannot unmarshal ${shown} into Go ${place}`);
  };
  if (value === null) return { apiVersion: '', kind: '' };
  if (typeof value !== 'object' || Array.isArray(value)) fail(shownKind(value), `value of type ${into}`);
  const { apiVersion, kind } = value as Record<string, unknown>;
  for (const [name, field] of Object.entries({ apiVersion, kind })) {
    if (field !== undefined && field !== null && typeof field !== 'string') fail(shownKind(field), `struct field .${name} of type string`);
  }
  return { apiVersion: (apiVersion as string | null | undefined) ?? '', kind: (kind as string | null | undefined) ?? '' };
}

function shownKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'bigint' ? 'number' : typeof value;
}
