/** Types with a JSON form of their own (Quantity, Time, IntOrString, raw JSON, the unions of JSONSchemaProps). */
import { Quantity, QuantityError } from '../quantity.ts';
import { DecodeError, failPlain, failType, type Context, type Decoder } from './context.ts';
import { normaliseMicroTime, normaliseTime } from './time.ts';

export interface SpecialType {
  readonly goType: string;
  /** What Go prints for its zero value where it prints one. */
  readonly zero: () => unknown;
  readonly decode: Decoder;
}

function text(value: unknown, context: Context): string {
  return typeof value === 'string' ? value : failType(value, 'string', context);
}

// Most quantities of a cluster are the same few texts.
const canonicalQuantities = new Map<string, string>();
const MAX_REMEMBERED = 4096;

const NO_QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function quantity(value: unknown): string {
  // A JSON number is read as its text.
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
    // Upstream hands `true`, `{}` and `[]` to the quantity parser as text.
    return failPlain(NO_QUANTITY);
  }
  const source = String(value).trim();
  const known = canonicalQuantities.get(source);
  if (known !== undefined) return known;
  try {
    const canonical = Quantity.parse(source).toString();
    if (canonicalQuantities.size >= MAX_REMEMBERED) canonicalQuantities.clear();
    canonicalQuantities.set(source, canonical);
    return canonical;
  } catch (error) {
    if (error instanceof QuantityError) throw new DecodeError(error.message);
    throw error;
  }
}

function intOrString(value: unknown, context: Context): string | number {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' && typeof value !== 'bigint') return failType(value, 'int32', context);
  if (typeof value === 'number' && Number.isInteger(value) && value >= -2147483648 && value <= 2147483647) return value;
  return failType(value, 'int32', context, `number ${value}`);
}

const verbatim: Decoder = (value) => value;

export const SPECIAL_TYPES: Readonly<Record<string, SpecialType>> = {
  Time: { goType: 'v1.Time', zero: () => null, decode: (value, context) => normaliseTime(text(value, context)) },
  MicroTime: { goType: 'v1.MicroTime', zero: () => null, decode: (value, context) => normaliseMicroTime(text(value, context)) },
  Quantity: { goType: 'resource.Quantity', zero: () => '0', decode: quantity },
  IntOrString: { goType: 'intstr.IntOrString', zero: () => 0, decode: intOrString },
  RawExtension: { goType: 'runtime.RawExtension', zero: () => null, decode: verbatim },
  FieldsV1: { goType: 'v1.FieldsV1', zero: () => null, decode: verbatim },
  JSON: { goType: 'v1.JSON', zero: () => null, decode: verbatim },
};

export const SCHEMA_PROPS_ID = 'apiextensions/v1.JSONSchemaProps';

/** The unions of JSONSchemaProps; `schema` decodes the struct. */
export function unionDecoder(name: string, schema: Decoder): Decoder {
  const struct: Decoder = (value, context) => {
    // Go reads these with a plain json.Unmarshal: what is unknown in them is not reported.
    return schema(value, { unknown: false, trace: context.trace && { path: [], stack: [], struct: '', unknown: [] } });
  };
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  switch (name) {
    case 'JSONSchemaPropsOrBool':
      return (value, context) => {
        if (typeof value === 'boolean') return value;
        return isObject(value) ? struct(value, context) : failPlain('boolean or JSON schema expected');
      };
    case 'JSONSchemaPropsOrArray':
      return (value, context) => {
        if (Array.isArray(value)) return value.length === 0 ? null : value.map((item) => struct(item ?? {}, context));
        return isObject(value) ? struct(value, context) : null;
      };
    case 'JSONSchemaPropsOrStringArray':
      return (value, context) => {
        if (Array.isArray(value)) {
          const items = value as unknown[];
          return items.length === 0 ? null : items.map((item) => text(item, context));
        }
        return isObject(value) ? struct(value, context) : null;
      };
    default:
      throw new Error(`Cannot decode special type ${name}: no decoder is known`);
  }
}
