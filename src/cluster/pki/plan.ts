/**
 * Which certificates a cluster has and which of them must be issued (again). File names are kubeadm's
 * (https://kubernetes.io/docs/setup/best-practices/certificates/). Pure.
 */
import { NETWORK_USER } from '../add-ons/objects.ts';
import { canonicalIp } from '../../base/ip.ts';

const DAY_MS = 24 * 3600 * 1000;
export const CA_LIFETIME_MS = 10 * 365 * DAY_MS;
export const LEAF_LIFETIME_MS = 365 * DAY_MS;
/** A certificate with less than this left is issued again. */
export const RENEW_BEFORE_MS = 90 * DAY_MS;
/** Clocks of other machines may be behind. */
export const BACKDATE_MS = 5 * 60 * 1000;

export type CaName = 'ca' | 'front-proxy-ca';

export interface CertificateSpec {
  /** File name below the PKI directory, without extension. */
  readonly name: string;
  readonly ca: CaName;
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly usages: readonly ('client' | 'server')[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

export interface PkiNode {
  readonly name: string;
  readonly ipAddresses: readonly string[];
}

export interface PkiOptions {
  /** `cluster.local`. */
  readonly clusterDomain: string;
  /** First address of the service range: the `kubernetes` Service. */
  readonly serviceIp: string;
  /** Further names and addresses the API server is reached by. */
  readonly apiServerNames: readonly string[];
  readonly apiServerAddresses: readonly string[];
  readonly nodes: readonly PkiNode[];
}

/** Every leaf certificate of the cluster. */
export function certificateSpecs(options: PkiOptions): CertificateSpec[] {
  const client = (name: string, commonName: string, ...organizations: string[]): CertificateSpec => ({
    name,
    ca: 'ca',
    commonName,
    organizations,
    usages: ['client'],
    dnsNames: [],
    ipAddresses: [],
  });
  return [
    apiServerSpec(options),
    client('admin', 'kubernetes-admin', 'system:masters'),
    client('apiserver-kubelet-client', 'kube-apiserver-kubelet-client', 'system:masters'),
    client('controller-manager', 'system:kube-controller-manager'),
    client('scheduler', 'system:kube-scheduler'),
    { ...client('front-proxy-client', 'front-proxy-client'), ca: 'front-proxy-ca' },
    ...options.nodes.flatMap((node) => nodeSpecs(node, client)),
  ];
}

function apiServerSpec(options: PkiOptions): CertificateSpec {
  const dnsNames = [
    'localhost',
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${options.clusterDomain}`,
  ];
  return {
    name: 'apiserver',
    ca: 'ca',
    commonName: 'kube-apiserver',
    organizations: [],
    usages: ['server'],
    dnsNames: unique([...dnsNames, ...options.apiServerNames]),
    ipAddresses: unique(['127.0.0.1', '::1', options.serviceIp, ...options.apiServerAddresses]),
  };
}

function nodeSpecs(
  node: PkiNode,
  client: (name: string, commonName: string, ...organizations: string[]) => CertificateSpec,
): CertificateSpec[] {
  const dir = `nodes/${node.name}`;
  return [
    client(`${dir}/kubelet-client`, `system:node:${node.name}`, 'system:nodes'),
    {
      ...client(`${dir}/kubelet`, `system:node:${node.name}`, 'system:nodes'),
      usages: ['server'],
      dnsNames: [node.name],
      ipAddresses: unique(['127.0.0.1', ...node.ipAddresses]),
    },
    client(`${dir}/kube-proxy`, 'system:kube-proxy'),
    client(`${dir}/network`, NETWORK_USER),
  ];
}

/** What a certificate file holds. */
export interface CertificateFacts {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly notAfter: number;
  /** Signed by the CA that is there now, and the key beside it is its own. */
  readonly trusted: boolean;
}

/** Why the certificate must be issued (again); undefined when it is good. */
export function reissueReason(spec: CertificateSpec, facts: CertificateFacts | undefined, now: number): string | undefined {
  if (!facts) return 'missing or unreadable';
  if (!facts.trusted) return 'not of this CA and key';
  if (facts.commonName !== spec.commonName || !covers(facts.organizations, spec.organizations)) return 'another subject';
  if (!covers(facts.dnsNames, spec.dnsNames) || !covers(facts.ipAddresses.map(ipKey), spec.ipAddresses.map(ipKey)))
    return 'names or addresses are missing';
  if (facts.notAfter - now < RENEW_BEFORE_MS) return 'near its end';
  return undefined;
}

function covers(have: readonly string[], want: readonly string[]): boolean {
  return want.every((w) => have.includes(w));
}

/** One spelling of an address, whatever the source prints. */
function ipKey(address: string): string {
  return canonicalIp(address) ?? address;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
