import { errorMessage, type Logger } from '../../base/log.ts';
import type { Sysctl } from '../../host/sysctl.ts';

export interface ConntrackLimits {
  /** --conntrack-max-per-core; 0 leaves the kernel's limit. */
  readonly maxPerCore: number;
  /** --conntrack-min */
  readonly min: number;
  /** --conntrack-tcp-timeout-established, seconds; 0 leaves the kernel's. */
  readonly tcpEstablishedSeconds: number;
  /** --conntrack-tcp-timeout-close-wait, seconds; 0 leaves the kernel's. */
  readonly tcpCloseWaitSeconds: number;
}

export const DEFAULT_CONNTRACK_LIMITS: ConntrackLimits = {
  maxPerCore: 32_768,
  min: 131_072,
  tcpEstablishedSeconds: 86_400,
  tcpCloseWaitSeconds: 3_600,
};

/** As upstream: more does not pay for its memory. */
const MAX_ENTRIES = 1_048_576;

/**
 * Sets the limits of connection tracking (pkg/proxy/conntrack/sysctls.go). What the kernel refuses is logged: the number of entries belongs to the whole
 * machine and cannot be set from a network namespace.
 */
export function applyConntrackLimits(sysctl: Sysctl, limits: ConntrackLimits, cores: number, log: Logger): void {
  const max = limits.maxPerCore > 0 ? Math.min(MAX_ENTRIES, Math.max(limits.min, limits.maxPerCore * cores)) : 0;
  const wanted: [string, number][] = [
    ['nf_conntrack_max', max],
    ['nf_conntrack_tcp_timeout_established', limits.tcpEstablishedSeconds],
    ['nf_conntrack_tcp_timeout_close_wait', limits.tcpCloseWaitSeconds],
  ];
  for (const [name, value] of wanted) {
    const path = `net/netfilter/${name}`;
    const present = Number(sysctl.get(path));
    // A larger table does no harm, and belongs to the whole machine.
    if (value === 0 || present === value || (name === 'nf_conntrack_max' && present > value)) continue;
    try {
      sysctl.set(path, String(value));
    } catch (error) {
      log.warn('Cannot set a limit of connection tracking', { name, value, error: errorMessage(error) });
    }
  }
}
