/** System-owned metadata: what the server fills in on creation and keeps from changing afterwards (k8s.io/apiserver/pkg/registry/rest). */
import { formatTime, randomSuffix, type Clock, type Random } from '../../base/clock.ts';
import type { AnyObject } from '../../api/object.ts';
import { stringifyJson } from '../../wire/json/stringify.ts';
import { badRequest } from '../../machinery/status-error.ts';

/** Longest base of a generated name: 63 less the five random characters. */
const MAX_GENERATED_BASE = 58;

export function generateName(object: AnyObject, random: Random): void {
  const { name, generateName: prefix } = object.metadata;
  if (name || !prefix) return;
  object.metadata.name = prefix.slice(0, MAX_GENERATED_BASE) + randomSuffix(random);
}

/** Sets the fields a new object gets from the server, and drops what a client may not decide. */
export function fillSystemFields(object: AnyObject, clock: Clock, random: Random): void {
  const meta = object.metadata;
  meta.creationTimestamp = formatTime(clock.now());
  meta.uid = random.uuid();
  meta.deletionTimestamp = undefined;
  meta.deletionGracePeriodSeconds = undefined;
  meta.selfLink = undefined;
  meta.generation = undefined;
}

/** Keeps on update what belongs to the server. */
export function carrySystemFields(object: AnyObject, old: AnyObject): void {
  const meta = object.metadata;
  const was = old.metadata;
  if (!meta.uid) meta.uid = was.uid;
  meta.creationTimestamp = was.creationTimestamp;
  meta.deletionTimestamp = was.deletionTimestamp;
  meta.deletionGracePeriodSeconds = was.deletionGracePeriodSeconds;
  meta.generation = was.generation;
  meta.generateName = was.generateName;
  meta.selfLink = undefined;
}

/** The body's namespace must be the URL's; an empty one takes the URL's. */
export function ensureNamespace(object: AnyObject, namespaced: boolean, namespace: string): void {
  const meta = object.metadata;
  if (!namespaced) {
    if (meta.namespace) delete (meta as { namespace?: string }).namespace;
    return;
  }
  if (!meta.namespace) meta.namespace = namespace;
  else if (meta.namespace !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
}

/** The stored JSON: kind, apiVersion and metadata first, in that order, and no resourceVersion (the revision is the key's). */
export function encodeForStorage(object: AnyObject): Buffer {
  const { kind, apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _revision, ...meta } = metadata;
  return Buffer.from(stringifyJson({ kind, apiVersion, metadata: meta, ...rest }));
}
