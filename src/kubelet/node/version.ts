/** The Kubernetes version whose kubelet this is. */
export const KUBELET_VERSION = 'v1.36.2';
