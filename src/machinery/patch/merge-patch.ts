/** JSON Merge Patch (RFC 7386) as the API server applies it. */
import { deepCopy } from '../../wire/json/deep-copy.ts';
import { setKey } from '../../wire/json/set-key.ts';
import { badRequest } from '../status-error.ts';
import { isObject, own, type JsonObject } from './values.ts';

/** Returns the patched copy of `document`; objects the patch does not touch are shared with it. Throws StatusError 400 for a patch that is no object. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    const kind = Array.isArray(patch) ? 'array' : patch === null ? 'null' : typeof patch === 'boolean' ? 'bool' : typeof patch;
    if (kind === 'null') throw badRequest('Invalid JSON Patch');
    throw badRequest(`error decoding patch: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
  }
  return mergePatch(document, patch);
}

/** RFC 7386 proper, on any values. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  // A list that takes the place of an object keeps the nulls of its items; elsewhere they go. That is how upstream's library does it.
  if (!isObject(patch)) return isObject(target) ? deepCopy(patch) : pruneNulls(patch);
  const out: JsonObject = isObject(target) ? copyShallow(target) : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete out[key];
    else if (value !== undefined) setKey(out, key, mergePatch(own(out, key), value));
  }
  return out;
}

function copyShallow(object: JsonObject): JsonObject {
  // Spread makes own properties of every key, `__proto__` too.
  return { ...object };
}

function pruneNulls(value: unknown): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map((item) => (isObject(item) || Array.isArray(item) ? pruneNulls(item) : item));
  if (!isObject(value)) return deepCopy(value);
  const out: JsonObject = {};
  for (const key of Object.keys(value)) if (value[key] !== null) setKey(out, key, pruneNulls(value[key]));
  return out;
}
