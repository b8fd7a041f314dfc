/** How Go's YAML (go-yaml v2 under sigs.k8s.io/yaml) reads plain scalars: YAML 1.1 without base 60, dates as text, int64 exact. */
import { defineMappingTag, defineScalarTag, FAILSAFE_SCHEMA, mergeTag, NOT_RESOLVED, type Schema } from 'js-yaml';
import { goNumber } from '../json/go-text.ts';
import { setKey } from '../json/set-key.ts';

const WORDS = new Map<string, unknown>();
for (const word of ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']) WORDS.set(word, true);
for (const word of ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']) WORDS.set(word, false);
for (const word of ['', '~', 'null', 'Null', 'NULL']) WORDS.set(word, null);
for (const word of ['.nan', '.NaN', '.NAN']) WORDS.set(word, NaN);
for (const word of ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']) WORDS.set(word, Infinity);
for (const word of ['-.inf', '-.Inf', '-.INF']) WORDS.set(word, -Infinity);

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** The value of a plain scalar, or undefined when it is text. */
export function resolvePlain(source: string): unknown {
  if (WORDS.has(source)) return WORDS.get(source);
  const first = source.charAt(0);
  if (first === '.') return FLOAT.test(source) && Number.isFinite(Number(source)) ? Number(source) : undefined;
  if (!/[-+0-9]/.test(first)) return undefined;
  const plain = source.replaceAll('_', '');
  const integer = parseInteger(plain);
  if (integer !== undefined) {
    const value = Number(integer);
    return Number.isSafeInteger(value) || integer > INT64_MAX ? value : integer;
  }
  if (!FLOAT.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** strconv.ParseInt and ParseUint with base 0: decimal, 0x, 0o, 0b, and 010 as octal. */
function parseInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)$/.exec(text);
  if (!match) return undefined;
  const [, sign = '', digits = ''] = match;
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  if (sign === '-') return value > INT64_MAX + 1n ? undefined : -value;
  return value > (sign === '+' ? INT64_MAX : UINT64_MAX) ? undefined : value;
}

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
const resolveAs = (is: (value: unknown) => boolean) => (source: string) => {
  const value = resolvePlain(source);
  return value !== undefined && is(value) ? value : NOT_RESOLVED;
};

function tag(name: string, is: (value: unknown) => boolean, represent: (value: unknown) => string) {
  return defineScalarTag<unknown>(`tag:yaml.org,2002:${name}`, { implicit: true, resolve: resolveAs(is), identify: is, represent });
}

const isInteger = (value: unknown) => isNumber(value) && (typeof value === 'bigint' || Number.isInteger(value));

/** Called with every key that its mapping already has. */
export type OnDuplicate = (key: string) => void;

/** Keys become text as sigs.k8s.io/yaml makes them; a key that comes again replaces the first. */
function mapping(onDuplicate: OnDuplicate) {
  return defineMappingTag<Record<string, unknown>>('tag:yaml.org,2002:map', {
    create: () => ({}),
    addPair: (carrier, key, value) => {
      const text = keyText(key);
      if (text === undefined) return `unsupported map key of type: ${key === null ? '%!s(<nil>)' : typeof key}`;
      if (Object.hasOwn(carrier, text)) onDuplicate(text);
      setKey(carrier, text, value);
      return '';
    },
    has: (carrier, key) => Object.hasOwn(carrier, keyText(key) ?? ''),
    keys: (object) => Object.keys(object),
    get: (object, key) => object[keyText(key) ?? ''],
    identify: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    represent: (object) => new Map(Object.entries(object)),
  });
}

function keyText(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  if (typeof key === 'boolean') return String(key);
  if (!isNumber(key)) return undefined;
  if (typeof key === 'number' && !Number.isFinite(key)) return Number.isNaN(key) ? '.nan' : key > 0 ? '.inf' : '-.inf';
  return goNumber(key);
}

/** Bytes are read as text. */
const binary = defineScalarTag<string>('tag:yaml.org,2002:binary', {
  resolve: (source) => Buffer.from(source, 'base64').toString('utf8'),
  identify: () => false,
});

/** A scalar with a tag of its own is text. */
const unknownTag = defineScalarTag<string>('!', { matchByTagPrefix: true, resolve: (source) => source, identify: () => false });

export function goYamlSchema(onDuplicate: OnDuplicate = () => {}): Schema {
  return FAILSAFE_SCHEMA.withTags(
    tag('null', (v) => v === null, () => 'null'),
    tag('bool', (v) => typeof v === 'boolean', String),
    tag('int', isInteger, String),
    tag('float', isNumber, (v) => goNumber(v as number)),
    mergeTag,
    binary,
    unknownTag,
    mapping(onDuplicate),
  ); // prettier-ignore
}
