import type { Sysctl } from '../../host/sysctl.ts';

interface Setting {
  readonly name: string;
  readonly value: string;
  /** Set only when the present value is this one. */
  readonly instead?: string;
  /** What does not work without it. */
  readonly why: string;
  readonly optional?: true;
}

const IPV4: readonly Setting[] = [
  { name: 'net/ipv4/ip_forward', value: '1', why: 'the node routes between its pods and the rest of the cluster' },
  // Strict filtering drops packets whose way back is another interface, which happens with several uplinks. Loose keeps its use against martians.
  { name: 'net/ipv4/conf/all/rp_filter', value: '2', instead: '1', why: 'traffic of pods may come back by another interface' },
  { name: 'net/bridge/bridge-nf-call-iptables', value: '1', why: 'answers between two pods of one bridge must pass address translation' },
];

const IPV6: readonly Setting[] = [
  { name: 'net/ipv6/conf/all/forwarding', value: '1', why: 'the node routes between its pods and the rest of the cluster' },
  { name: 'net/bridge/bridge-nf-call-ip6tables', value: '1', why: 'answers between two pods of one bridge must pass address translation' },
];

/** Sets what pod networking needs of the kernel, where it differs. Throws an error that names parameter and reason when the kernel will not have it. */
export function applyNodeSysctls(sysctl: Sysctl, families: { readonly ipv4: boolean; readonly ipv6: boolean }): void {
  for (const setting of [...(families.ipv4 ? IPV4 : []), ...(families.ipv6 ? IPV6 : [])]) {
    const present = sysctl.get(setting.name);
    if (present === setting.value || (setting.instead !== undefined && present !== setting.instead)) continue;
    if (present === undefined) {
      const hint = setting.name.startsWith('net/bridge/') ? ' (load the kernel module br_netfilter)' : '';
      throw new Error(`Cannot set up pod networking: kernel has no ${setting.name}${hint}; ${setting.why}`);
    }
    try {
      sysctl.set(setting.name, setting.value);
    } catch (error) {
      throw new Error(`Cannot set up pod networking: ${setting.name} = ${setting.value} was refused; ${setting.why}`, { cause: error });
    }
  }
}
