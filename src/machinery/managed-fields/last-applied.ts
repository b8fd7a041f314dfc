/** kubectl's annotation of client-side apply, where server-side apply takes over (apimachinery managedfields/internal/lastapplied*.go). */
import { parseJson, JsonSyntaxError } from '../../wire/json/parse.ts';
import { marshalGo } from '../../wire/json/stringify.ts';
import { isObject, type JsonObject } from '../patch/values.ts';
import { compare } from './compare.ts';
import type { FieldSet } from './field-set.ts';
import { toFieldSet } from './to-field-set.ts';
import { TypedError, type Lazy } from './type.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
/** Annotations of an object together (apimachinery validation.TotalAnnotationSizeLimitB). */
const MAX_ANNOTATION_BYTES = 256 * 1024;

function annotationsOf(object: Readonly<JsonObject>): Record<string, string> | undefined {
  const metadata = object['metadata'];
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  return isObject(annotations) ? (annotations as Record<string, string>) : undefined;
}

/** Fields that were applied client-side and still are as applied; undefined when that cannot be said. */
export function allowedByLastApplied(live: Readonly<JsonObject>, type: Lazy, apiVersion: string): FieldSet | undefined {
  const text = annotationsOf(live)?.[ANNOTATION];
  if (!text) return undefined;
  try {
    const applied = parseJson(text).value;
    if (!isObject(applied) || applied['apiVersion'] !== apiVersion) return undefined;
    const { modified, added, removed } = compare(type, applied, live);
    return toFieldSet(type, applied).difference(modified).difference(added).difference(removed);
  } catch (error) {
    // An annotation that is no configuration allows nothing.
    if (error instanceof JsonSyntaxError || error instanceof TypedError) return undefined;
    throw error;
  }
}

/** Keeps the annotation in step, so that going back to client-side apply works; an object without it is left as it is. */
export function syncLastApplied(object: JsonObject, patch: Readonly<JsonObject>): JsonObject {
  const annotations = annotationsOf(object);
  if (!annotations?.[ANNOTATION]) return object;
  const updated: Record<string, string> = { ...annotations, [ANNOTATION]: `${marshalGo(sortKeys(withoutAnnotation(patch)))}\n` };
  let size = 0;
  for (const [key, value] of Object.entries(updated)) size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  if (size > MAX_ANNOTATION_BYTES) delete updated[ANNOTATION];
  return { ...object, metadata: { ...(object['metadata'] as JsonObject), annotations: updated } };
}

function withoutAnnotation(patch: Readonly<JsonObject>): JsonObject {
  const annotations = annotationsOf(patch);
  if (!annotations || !(ANNOTATION in annotations)) return patch as JsonObject;
  const { [ANNOTATION]: _, ...rest } = annotations;
  return { ...patch, metadata: { ...(patch['metadata'] as JsonObject), annotations: rest } };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map(sortKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sortKeys(value[key])])); // prettier-ignore
}
