/** CPU amounts in the kernel's units (pkg/kubelet/cm/helpers_linux.go). */
export const MIN_SHARES = 2;
const MAX_SHARES = 262144;
const SHARES_PER_CPU = 1024;
/** Microseconds. */
export const QUOTA_PERIOD = 100_000;
const MIN_QUOTA = 1000;
/** The smallest limit, in thousandths of a CPU, that the kernel can hold. */
export const MIN_MILLI_CPU_LIMIT = 10;

export function milliCpuToShares(milliCpu: number): number {
  if (milliCpu === 0) return MIN_SHARES;
  return Math.min(MAX_SHARES, Math.max(MIN_SHARES, Math.trunc((milliCpu * SHARES_PER_CPU) / 1000)));
}

/** 0 means no quota. */
export function milliCpuToQuota(milliCpu: number, period = QUOTA_PERIOD): number {
  return milliCpu === 0 ? 0 : Math.max(MIN_QUOTA, Math.trunc((milliCpu * period) / 1000));
}

export function sharesToMilliCpu(shares: number): number {
  return shares < MIN_SHARES ? 0 : Math.ceil((shares * 1000) / SHARES_PER_CPU);
}

export function quotaToMilliCpu(quota: number, period: number): number {
  return quota === -1 || period === 0 ? 0 : Math.trunc((quota * 1000) / period);
}

/** cgroup v2's cpu.weight for v1's cpu.shares: [2, 262144] to [1, 10000], as the kubelet writes it for pods. */
export function sharesToWeight(shares: number): number {
  return shares >= MAX_SHARES ? 10000 : 1 + Math.trunc(((shares - 2) * 9999) / 262142);
}
