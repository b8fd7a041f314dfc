/** What a webhook answers, checked. */
import { isObject, own, type JsonObject } from '../../../machinery/patch/values.ts';
import type { Status } from '../../../api/meta/v1.gen.ts';
import { goQuote } from '../../../wire/json/go-text.ts';
import type { ReviewVersion } from './review-request.ts';

export interface ReviewResponse {
  readonly allowed: boolean;
  /** The text of a JSON patch; undefined: nothing is to be changed. */
  readonly patch: Buffer | undefined;
  readonly patchType: string;
  readonly result: Partial<Status> | undefined;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** Throws an Error that says what is wrong. v1beta1 is not as strict: neither the kind nor the UID was checked then. */
export function readResponse(review: unknown, version: ReviewVersion, uid: string, mutating: boolean): ReviewResponse {
  if (!isObject(review)) throw new Error('webhook response was absent');
  const response = own(review, 'response');
  if (!isObject(response)) throw new Error('webhook response was absent');
  const answered = text(response, 'uid');
  if (version === 'v1') {
    if (answered !== uid) throw new Error(`expected response.uid=${goQuote(uid)}, got ${goQuote(answered)}`);
    checkKind(review);
  }
  const patch = patchOf(response);
  const patchType = own(response, 'patchType');
  if (version === 'v1') checkPatch(patch, patchType, mutating);
  const result = own(response, 'status');
  return {
    allowed: own(response, 'allowed') === true,
    patch: mutating ? patch : undefined,
    patchType: version === 'v1' ? String(patchType ?? '') : 'JSONPatch',
    result: isObject(result) ? (result as Partial<Status>) : undefined,
    warnings: warningsOf(response),
    auditAnnotations: annotationsOf(response),
  };
}

function checkKind(review: JsonObject): void {
  const kind = text(review, 'kind');
  const apiVersion = text(review, 'apiVersion');
  if (kind === 'AdmissionReview' && apiVersion === 'admission.k8s.io/v1') return;
  const got = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  throw new Error(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${got}, Kind=${kind}`);
}

function checkPatch(patch: Buffer | undefined, type: unknown, mutating: boolean): void {
  const hasType = typeof type === 'string';
  if (!mutating) {
    if (patch) throw new Error('validating webhook may not return response.patch');
    if (hasType) throw new Error('validating webhook may not return response.patchType');
    return;
  }
  if (patch && !hasType) throw new Error('webhook returned response.patch but not response.patchType');
  if (!patch && hasType) throw new Error('webhook returned response.patchType but not response.patch');
  if (type === '') throw new Error('webhook returned invalid response.patchType of ""');
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function patchOf(response: JsonObject): Buffer | undefined {
  const patch = own(response, 'patch');
  if (patch === undefined || patch === null || patch === '') return undefined;
  if (typeof patch !== 'string' || !BASE64.test(patch.replace(/[\r\n]/g, ''))) throw new Error('response.patch is not base64');
  return Buffer.from(patch, 'base64');
}

function warningsOf(response: JsonObject): string[] {
  const warnings = own(response, 'warnings');
  return Array.isArray(warnings) ? warnings.filter((w): w is string => typeof w === 'string') : [];
}

function annotationsOf(response: JsonObject): Record<string, string> {
  const annotations = own(response, 'auditAnnotations');
  if (!isObject(annotations)) return {};
  return Object.fromEntries(Object.entries(annotations).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function text(object: JsonObject, key: string): string {
  const value = own(object, key);
  return typeof value === 'string' ? value : '';
}
