/** Types whose JSON form is no object of their protobuf fields: times, quantities, raw JSON, int-or-string, the unions of JSONSchemaProps. */
import { parseJson } from '../wire/json/parse.ts';
import { stringifyJson } from '../wire/json/stringify.ts';
import type { MessageCodec, ValueCodec } from '../wire/protobuf/message.ts';
import { ProtoError, type ProtoReader } from '../wire/protobuf/reader.ts';
import type { ReverseWriter } from '../wire/protobuf/reverse-writer.ts';
import { BYTES, VARINT } from '../wire/protobuf/writer.ts';

const FIELD_1_TEXT = 1 * 8 + BYTES;
const FIELD_2_TEXT = 2 * 8 + BYTES;
const FIELD_3_TEXT = 3 * 8 + BYTES;
const FIELD_1_INT = 1 * 8 + VARINT;
const FIELD_2_INT = 2 * 8 + VARINT;

function text(writer: ReverseWriter, number: number, value: string): void {
  writer.text(value);
  writer.tag(number, BYTES);
}

function int(writer: ReverseWriter, number: number, value: number): void {
  writer.int(value);
  writer.tag(number, VARINT);
}

/** Calls back with each tag; what it does not read (returns false) is skipped. */
function eachField(reader: ProtoReader, read: (tag: number) => boolean): void {
  while (!reader.done) {
    const tag = reader.tagNumber();
    if (!read(tag)) reader.skip(tag & 7);
  }
}

/** Seconds and nanoseconds since the epoch; the zero time is an empty message and null in JSON. */
function timeCodec(micros: boolean): ValueCodec {
  return {
    write(writer, value) {
      if (typeof value !== 'string') return;
      const fraction = micros ? (/\.(\d+)/.exec(value)?.[1] ?? '') : '';
      int(writer, 2, Number(fraction.padEnd(9, '0').slice(0, 9)));
      int(writer, 1, Math.floor(Date.parse(value) / 1000));
    },
    read(reader) {
      if (reader.done) return null;
      let seconds = 0;
      let nanos = 0;
      eachField(reader, (tag) => {
        if (tag === FIELD_1_INT) seconds = Number(reader.int64());
        else if (tag === FIELD_2_INT) nanos = reader.int32();
        else return false;
        return true;
      });
      const date = new Date(seconds * 1000);
      if (Number.isNaN(date.getTime())) throw new ProtoError('proto: time is out of range');
      const base = date.toISOString().slice(0, 19);
      return micros ? `${base}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${base}Z`;
    },
  };
}

const quantity: ValueCodec = {
  write: (writer, value) => text(writer, 1, value === undefined || value === null ? '0' : String(value)),
  read(reader) {
    let value = '0';
    eachField(reader, (tag) => {
      if (tag !== FIELD_1_TEXT) return false;
      value = reader.text();
      return true;
    });
    return value;
  },
};

const intOrString: ValueCodec = {
  write(writer, value) {
    const isText = typeof value === 'string';
    text(writer, 3, isText ? value : '');
    int(writer, 2, isText ? 0 : Number(value ?? 0));
    int(writer, 1, isText ? 1 : 0);
  },
  read(reader) {
    let isText = false;
    let number = 0;
    let string = '';
    eachField(reader, (tag) => {
      if (tag === FIELD_1_INT) isText = reader.int32() === 1;
      else if (tag === FIELD_2_INT) number = reader.int32();
      else if (tag === FIELD_3_TEXT) string = reader.text();
      else return false;
      return true;
    });
    return isText ? string : number;
  },
};

/** JSON text in field 1 (RawExtension, FieldsV1, JSON). */
const rawJson: ValueCodec = {
  write(writer, value) {
    if (value !== undefined && value !== null) text(writer, 1, stringifyJson(value));
  },
  read(reader) {
    let raw: Buffer | undefined;
    eachField(reader, (tag) => {
      if (tag !== FIELD_1_TEXT) return false;
      raw = reader.bytes();
      return true;
    });
    if (!raw || raw.length === 0) return undefined;
    try {
      return parseJson(raw).value;
    } catch {
      // The reason is not for clients: what is embedded is simply not JSON.
      throw new ProtoError('proto: embedded raw extension is not JSON');
    }
  },
};

/** A list of strings that is a message of its own (ExtraValue, Verbs). */
const stringList: ValueCodec = {
  write(writer, value) {
    if (Array.isArray(value)) for (let i = value.length - 1; i >= 0; i--) text(writer, 1, String(value[i]));
  },
  read(reader) {
    const list: string[] = [];
    eachField(reader, (tag) => {
      if (tag !== FIELD_1_TEXT) return false;
      list.push(reader.text());
      return true;
    });
    return list;
  },
};

function writeSchema(writer: ReverseWriter, number: number, value: unknown, schema: MessageCodec): void {
  const start = writer.length;
  schema.write(writer, value as Record<string, unknown>);
  writer.varint(writer.length - start);
  writer.tag(number, BYTES);
}

function readSchema(reader: ProtoReader, schema: MessageCodec): unknown {
  const outer = reader.enter();
  const value: Record<string, unknown> = {};
  schema.read(reader, value);
  reader.leave(outer);
  return value;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

function schemaOrBool(schema: () => MessageCodec): ValueCodec {
  return {
    write(writer, value) {
      if (isObject(value)) writeSchema(writer, 2, value, schema());
      int(writer, 1, value === undefined || value === null || value === false ? 0 : 1);
    },
    read(reader) {
      let allows = false;
      let value: unknown;
      eachField(reader, (tag) => {
        if (tag === FIELD_1_INT) allows = reader.bool();
        else if (tag === FIELD_2_TEXT) value = readSchema(reader, schema());
        else return false;
        return true;
      });
      return value ?? allows;
    },
  };
}

/** One schema in field 1, or a list in field 2: of schemas, or of strings. */
function schemaOrList(schema: () => MessageCodec, ofSchemas: boolean): ValueCodec {
  return {
    write(writer, value) {
      if (Array.isArray(value)) {
        for (let i = value.length - 1; i >= 0; i--) {
          if (ofSchemas) writeSchema(writer, 2, value[i], schema());
          else text(writer, 2, String(value[i]));
        }
      } else if (isObject(value)) writeSchema(writer, 1, value, schema());
    },
    read(reader) {
      let one: unknown;
      const list: unknown[] = [];
      eachField(reader, (tag) => {
        if (tag === FIELD_1_TEXT) one = readSchema(reader, schema());
        else if (tag === FIELD_2_TEXT) list.push(ofSchemas ? readSchema(reader, schema()) : reader.text());
        else return false;
        return true;
      });
      return one ?? list;
    },
  };
}

/** `schema` gives the codec of JSONSchemaProps. */
export function specialCodecs(schema: () => MessageCodec): ReadonlyMap<string, ValueCodec> {
  return new Map([
    ['Time', timeCodec(false)],
    ['MicroTime', timeCodec(true)],
    ['Quantity', quantity],
    ['IntOrString', intOrString],
    ['RawExtension', rawJson],
    ['FieldsV1', rawJson],
    ['JSON', rawJson],
    ['StringList', stringList],
    ['JSONSchemaPropsOrBool', schemaOrBool(schema)],
    ['JSONSchemaPropsOrArray', schemaOrList(schema, true)],
    ['JSONSchemaPropsOrStringArray', schemaOrList(schema, false)],
  ]);
}
