const QUALIFIED = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** A resource of a domain that is not Kubernetes' own: `nvidia.com/gpu` (pkg/apis/core/v1/helper). */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith('requests.')) return false;
  const quota = `requests.${name}`;
  return QUALIFIED.test(quota) && quota.length <= 63 + 253 + 1;
}

/** cpu, memory, hugepages-*, and what is of the kubernetes.io domain. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}
