import type { Pod } from '../../api/core/v1.gen.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../../machinery/names.ts';

const MAX_LENGTH = 63;
/** The kernel's limit on nodename. */
const KERNEL_MAX_LENGTH = 64;

/** Host name and domain of a pod, the domain '' when it has none. Throws with upstream's message. */
export function podHostname(pod: Pod, clusterDomain: string): { hostname: string; domain: string } {
  const { hostnameOverride, hostname, subdomain } = pod.spec;
  if (hostnameOverride !== undefined) {
    check(isDNS1123Subdomain(hostnameOverride), `pod HostnameOverride "${hostnameOverride}" is not a valid DNS subdomain`);
    return { hostname: truncate(pod, hostnameOverride), domain: '' };
  }
  if (hostname) check(isDNS1123Label(hostname), `pod Hostname "${hostname}" is not a valid DNS label`);
  const name = truncate(pod, hostname || pod.metadata.name);
  if (!subdomain) return { hostname: name, domain: '' };
  check(isDNS1123Label(subdomain), `pod Subdomain "${subdomain}" is not a valid DNS label`);
  return { hostname: name, domain: `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` };
}

/** What uname shows: the name, or the whole domain name when the pod asks for it. */
export function kernelHostname(pod: Pod, clusterDomain: string): string {
  const { hostname, domain } = podHostname(pod, clusterDomain);
  if (!pod.spec.setHostnameAsFQDN || domain === '') return hostname;
  const fqdn = `${hostname}.${domain}`;
  if (fqdn.length > KERNEL_MAX_LENGTH) {
    const limits = `${KERNEL_MAX_LENGTH} characters is the max, ${fqdn.length} characters requested`;
    throw new Error(`failed to construct FQDN from pod hostname and cluster domain, FQDN ${fqdn} is too long (${limits})`);
  }
  return fqdn;
}

function check(errors: readonly string[], what: string): void {
  if (errors.length > 0) throw new Error(`${what}: ${errors.join(';')}`);
}

function truncate(pod: Pod, hostname: string): string {
  if (hostname.length <= MAX_LENGTH) return hostname;
  const cut = hostname.slice(0, MAX_LENGTH).replace(/[-.]+$/, '');
  if (cut === '') throw new Error(`hostname for pod "${pod.metadata.name}" was invalid: "${hostname}"`);
  return cut;
}
