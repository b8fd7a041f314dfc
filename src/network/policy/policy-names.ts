import { createHash } from 'node:crypto';

/** Both families have a table of this name. */
export const POLICY_TABLE = 'wherry-policy';
export const INGRESS_PODS = 'ingress-pods';
export const EGRESS_PODS = 'egress-pods';
export const SELF_TRAFFIC = 'self-traffic';
/** An empty chain: as long as it can be flushed, the table is ours. */
export const POLICY_LIVENESS_CHAIN = 'liveness';

export function setName(kind: string, key: string): string {
  return `${kind}-${hash(key)}`;
}

export function chainName(kind: string, key: string): string {
  return `${kind}-${hash(key)}`;
}

function hash(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 20);
}
