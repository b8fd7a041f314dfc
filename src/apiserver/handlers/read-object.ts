/** From the bytes of a request body to an object of the served version, with the client's wish for field validation. */
import type { AnyObject } from '../../api/object.ts';
import { groupVersionString } from '../../api/surface.ts';
import { badRequest } from '../../machinery/status-error.ts';
import { decodeProtobuf } from '../../machinery/protobuf.ts';
import { parseJson } from '../../wire/json/parse.ts';
import { parseYamlStrict } from '../../wire/yaml/yaml.ts';
import type { RequestContext } from '../request.ts';
import type { ObjectCodec } from '../served-resource.ts';
import { bodyFormat } from './negotiate.ts';
import { deepCopy } from '../../wire/json/deep-copy.ts';

/** Upstream's limit of a request body. */
export const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

export interface ParsedBody {
  readonly value: unknown;
  /** What strict reading complains of. */
  readonly duplicates: readonly string[];
}

/** Kind a body must have. */
export interface ExpectedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export async function readBody(context: RequestContext): Promise<ParsedBody> {
  const { request } = context;
  if (request.bodyValue !== undefined) return audited(context, { value: deepCopy(request.bodyValue), duplicates: [] });
  const format = bodyFormat(request.headers['content-type'], ['json', 'yaml', 'protobuf']);
  const bytes = await request.body(BODY_LIMIT_BYTES);
  if (bytes.length === 0) return { value: undefined, duplicates: [] };
  return audited(context, parseBody(bytes, format));
}

/** Every body that is read passes here. */
export function audited(context: RequestContext, body: ParsedBody): ParsedBody {
  context.audited?.request(body.value);
  return body;
}

export function parseBody(bytes: Buffer, format: 'json' | 'yaml' | 'protobuf' | 'cbor'): ParsedBody {
  if (format === 'protobuf') return { value: decodeProtobuf(bytes), duplicates: [] };
  if (format === 'yaml') return parseYamlStrict(bytes.toString('utf8'));
  const { value, duplicates } = parseJson(bytes);
  return { value, duplicates: duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`) };
}

/** Reads and decodes the object of a create or update. */
export async function readObject(context: RequestContext, codec: ObjectCodec, expected: ExpectedKind): Promise<AnyObject> {
  const { value, duplicates } = await readBody(context);
  const object = decodeBody(context, codec, expected, value, duplicates);
  context.audited?.request(object);
  return object;
}

export function decodeBody(context: RequestContext, codec: ObjectCodec, expected: ExpectedKind, value: unknown, duplicates: readonly string[]): AnyObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badRequest(`couldn't get version/kind; json parse error: ${describe(value)}`);
  const typed = withType(value as Record<string, unknown>, expected);
  const { object, unknownFields } = codec.decode(typed);
  reportFields(context, [...unknownFields.map((f) => `unknown field "${f}"`), ...duplicates]);
  codec.default(object);
  return object;
}

/** An object without a kind is taken for the one the URL names; another kind is refused. */
function withType(value: Record<string, unknown>, expected: ExpectedKind): Record<string, unknown> {
  const apiVersion = groupVersionString(expected);
  const given = { apiVersion: value['apiVersion'] ?? apiVersion, kind: value['kind'] ?? expected.kind };
  if (given.apiVersion === '') given.apiVersion = apiVersion;
  if (given.kind === '') given.kind = expected.kind;
  if (given.kind !== expected.kind) {
    throw badRequest(`${String(given.kind)} in version "${shortVersion(String(given.apiVersion))}" cannot be handled as a ${expected.kind}: converting (${String(given.apiVersion)}.${String(given.kind)}) to (${apiVersion}.${expected.kind}): unknown conversion`);
  }
  if (given.apiVersion !== apiVersion) {
    throw badRequest(`the API version in the data (${String(given.apiVersion)}) does not match the expected API version (${apiVersion})`);
  }
  return { ...value, ...given };
}

function shortVersion(apiVersion: string): string {
  return apiVersion.split('/').at(-1) ?? apiVersion;
}

/** Ignore, Warn (the default) or Strict, as `fieldValidation` says. */
function reportFields(context: RequestContext, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const mode = context.request.query.get('fieldValidation') ?? 'Warn';
  if (mode === 'Ignore') return;
  if (mode === 'Strict') throw badRequest(`strict decoding error: ${problems.join(', ')}`);
  for (const problem of problems) context.warnings.add(problem);
}

function describe(value: unknown): string {
  if (value === undefined) return 'unexpected end of JSON input';
  const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  return `json: cannot unmarshal ${kind} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
}
