/** Are the claims of a token still true: times, and the objects it is bound to (pkg/serviceaccount/claims.go). */
import type { AnyObject } from '../../../api/object.ts';
import { notFound } from '../../../machinery/status-error.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { UserInfo } from '../../request.ts';
import { CREDENTIAL_ID, NODE_NAME, NODE_UID, POD_NAME, POD_UID } from '../user-extra.ts';
import type { Claims, TokenReference } from './jwt.ts';
import { serviceAccountGroups, serviceAccountUser } from './user-name.ts';

/** Clocks may differ by this much; a deleted object counts as gone only this long after. */
const LEEWAY_MS = 60_000;
const INVALIDATED = 'service account token has been invalidated';

export interface CheckedToken {
  readonly user: UserInfo;
  /** Annotations for the audit event. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** Throws with the reason when the token must not be taken (any more). */
export function checkClaims(claims: Claims, registry: RegistryReader, nowMs: number): CheckedToken {
  checkTimes(claims, nowMs);
  const bound = claims['kubernetes.io'];
  if (!bound?.serviceaccount) throw new Error('service account token claims could not be validated');
  const { namespace, serviceaccount, pod, secret, node } = bound;
  const account = registry.reader('', 'serviceaccounts').get(namespace, serviceaccount.name);
  if (!account) throw notFound({ group: '', resource: 'serviceaccounts' }, serviceaccount.name);
  if (account.metadata.uid !== serviceaccount.uid)
    throw new Error(`service account UID (${account.metadata.uid}) does not match claim (${serviceaccount.uid ?? ''})`);
  if (isGone(account, nowMs)) throw new Error(`service account ${namespace}/${serviceaccount.name} has been deleted`);
  const check = (resource: string, kind: string, where: string, ref: TokenReference) =>
    checkReference(registry.reader('', resource).get(where, ref.name), kind, ref, nowMs);
  if (secret) check('secrets', 'secret', namespace, secret);
  if (pod) check('pods', 'pod', namespace, pod);
  // In a token bound to a pod the node is only information.
  if (node && !pod) check('nodes', 'node', '', node);
  return { user: userOf(claims, namespace, serviceaccount, pod, node), auditAnnotations: staleness(claims, nowMs) };
}

function checkTimes({ exp, nbf, iat }: Claims, nowMs: number): void {
  if (nbf !== undefined && nowMs + LEEWAY_MS < nbf * 1000) throw new Error('service account token is not valid yet');
  if (exp !== undefined && nowMs - LEEWAY_MS > exp * 1000) throw new Error('service account token has expired');
  if (iat !== undefined && nowMs + LEEWAY_MS < iat * 1000) throw new Error('service account token is issued in the future');
}

function checkReference(object: AnyObject | undefined, kind: string, ref: TokenReference, nowMs: number): void {
  if (!object) throw new Error(INVALIDATED);
  if (object.metadata.uid !== ref.uid)
    throw new Error(`${kind} UID (${object.metadata.uid}) does not match service account ${kind} ref claim (${ref.uid ?? ''})`);
  if (isGone(object, nowMs)) throw new Error(INVALIDATED);
}

function isGone(object: AnyObject, nowMs: number): boolean {
  const at = object.metadata.deletionTimestamp;
  return at !== undefined && Date.parse(at) < nowMs - LEEWAY_MS;
}

function userOf(
  claims: Claims,
  namespace: string,
  account: TokenReference,
  pod: TokenReference | undefined,
  node: TokenReference | undefined,
): UserInfo {
  const extra: Record<string, readonly string[]> = {};
  if (pod?.name && pod.uid) Object.assign(extra, { [POD_NAME]: [pod.name], [POD_UID]: [pod.uid] });
  if (claims.jti) extra[CREDENTIAL_ID] = [`JTI=${claims.jti}`];
  if (node?.name) {
    extra[NODE_NAME] = [node.name];
    if (node.uid) extra[NODE_UID] = [node.uid];
  }
  return {
    name: serviceAccountUser(namespace, account.name),
    ...(account.uid && { uid: account.uid }),
    groups: serviceAccountGroups(namespace),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

/** A client that uses its token past the hour it asked for does not reload it: the audit log tells (KEP-1205, safe rollout). */
function staleness(claims: Claims, nowMs: number): Record<string, string> {
  const warnAfter = claims['kubernetes.io']?.warnafter;
  const late = warnAfter ? Math.floor(nowMs / 1000) - warnAfter : 0;
  return late > 0 ? { 'authentication.k8s.io/stale-token': `subject: ${claims.sub}, seconds after warning threshold: ${late}` } : {};
}
