/** When taints of devices end pods (pkg/controller/devicetainteviction, KEP-5055). Pure; times in milliseconds. */
import type { Pod } from '../../api/core/v1.gen.ts';
import type {
  Device,
  DeviceRequestAllocationResult,
  DeviceTaint,
  DeviceToleration,
  ResourceClaim,
  ResourceSlice,
} from '../../api/resource/v1.gen.ts';
import { claimNameOf, isReservedForPod, whyNotForPod } from '../shared/resource-claim-of-pod.ts';

export const poolKey = (driver: string, pool: string) => `${driver}/${pool}`;

/** The device as the pool's newest generation describes it. */
export function findDevice(slices: readonly ResourceSlice[], name: string): Device | undefined {
  const newest = Math.max(...slices.map((s) => s.spec.pool.generation));
  const current = slices.filter((s) => s.spec.pool.generation === newest);
  return current.flatMap((s) => s.spec.devices ?? []).find((device) => device.name === name);
}

/** The earliest moment at which a device of the claim is taken from its users; undefined: none is. */
export function claimEvictionTime(claim: ResourceClaim, slicesOf: (pool: string) => readonly ResourceSlice[]): number | undefined {
  const times = (claim.status?.allocation?.devices.results ?? []).flatMap((result) => {
    const device = findDevice(slicesOf(poolKey(result.driver, result.pool)), result.device);
    return (device?.taints ?? []).flatMap((taint) => evictionTime(result, taint) ?? []);
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}

function evictionTime(result: DeviceRequestAllocationResult, taint: DeviceTaint): number | undefined {
  if (taint.effect !== 'NoExecute' || !taint.timeAdded) return undefined;
  const tolerating = (result.tolerations ?? []).filter((t) => t.effect === 'NoExecute' && toleratesDevice(t, taint));
  if (tolerating.some((t) => t.tolerationSeconds === undefined)) return undefined;
  const seconds = tolerating.map((t) => Math.max(t.tolerationSeconds ?? 0, 0));
  return Date.parse(taint.timeAdded) + (seconds.length > 0 ? Math.min(...seconds) * 1000 : 0);
}

function toleratesDevice(toleration: DeviceToleration, taint: DeviceTaint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return (!toleration.operator || toleration.operator === 'Equal') && (toleration.value ?? '') === (taint.value ?? '');
}

/** When the pod has to go; undefined: it may stay. */
export function podEvictionTime(
  pod: Pod,
  claimOf: (name: string) => ResourceClaim | undefined,
  slicesOf: (pool: string) => readonly ResourceSlice[],
): number | undefined {
  if (!pod.spec.nodeName) return undefined;
  const times = (pod.spec.resourceClaims ?? []).flatMap((entry) => {
    const found = claimNameOf(pod, entry);
    const claim = typeof found === 'object' ? claimOf(found.name) : undefined;
    if (typeof found !== 'object' || !claim || (found.isGenerated && whyNotForPod(pod, claim))) return [];
    return isReservedForPod(pod, claim) ? (claimEvictionTime(claim, slicesOf) ?? []) : [];
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}
