import type { PodCondition, PodStatus } from '../../api/core/v1.gen.ts';
import { isKubeletCondition, isSharedCondition } from './conditions.ts';
import { sameJson } from './status-patch.ts';

/** Whether two statuses say the same as far as the kubelet writes them. */
export function sameForKubelet(a: PodStatus, b: PodStatus): boolean {
  return sameConditions(a.conditions, b.conditions) && sameJson(rest(a), rest(b));
}

/** Conditions are compared apart; the others belong to somebody else. */
const NOT_OURS = new Set([
  'conditions',
  'resourceClaimStatuses',
  'extendedResourceClaimStatus',
  'nodeAllocatableResourceClaimStatuses',
  'nominatedNodeName',
  'resize',
]);

function rest(status: PodStatus): unknown {
  return Object.fromEntries(Object.entries(status).filter(([name]) => !NOT_OURS.has(name)));
}

function sameConditions(a: readonly PodCondition[] | undefined, b: readonly PodCondition[] | undefined): boolean {
  const own = (list: readonly PodCondition[] | undefined) =>
    (list ?? []).filter((c) => isKubeletCondition(c.type) || isSharedCondition(c.type));
  const [left, right] = [own(a), own(b)];
  if (left.length !== right.length) return false;
  return left.every((c) => {
    const other = right.find((o) => o.type === c.type);
    return (
      other !== undefined &&
      other.status === c.status &&
      (other.reason ?? '') === (c.reason ?? '') &&
      (other.message ?? '') === (c.message ?? '')
    );
  });
}
