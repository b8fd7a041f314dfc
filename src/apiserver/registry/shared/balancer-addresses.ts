interface BalancerStatus {
  readonly ingress?: readonly { readonly ip?: string | undefined; readonly hostname?: string | undefined }[] | undefined;
}

/** Addresses and host names of a load balancer, sorted, each once. */
export function balancerAddresses(status: BalancerStatus | undefined): string[] {
  const all = (status?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter((text) => text !== '');
  return [...new Set(all)].sort();
}
