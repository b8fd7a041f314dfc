/** What a cluster holds besides what the API server and the controllers make. Pure. */
import type { ConfigMap, Service } from '../../api/core/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '../../api/rbac/v1.gen.ts';

/** User of the network components of each node: proxy, DNS, routes, CNI, network policy. It only reads. */
export const NETWORK_USER = 'system:wherry:network';
/** User of the network components beside the controllers: where DNS answers, addresses of load balancers. */
export const NETWORK_CONTROLLER_USER = 'system:wherry:network-controller';

/** The Service of the cluster's DNS, under its traditional name. */
export function dnsService(address: string): Draft<Service> {
  return {
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    },
    spec: {
      clusterIP: address,
      clusterIPs: [address],
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
      ],
    },
  };
}

/** Where each node's DNS server listens, on the node's own address. */
export const DNS_PORT = 10_053;

/** What kubeadm publishes for those who have no credentials yet: where the API server is and which CA it has. */
export function clusterInfo(kubeconfig: string): Draft<ConfigMap> {
  return { metadata: { name: 'cluster-info', namespace: 'kube-public' }, data: { kubeconfig } };
}

export const CLUSTER_INFO_ROLE: Draft<Role> = {
  metadata: { name: 'kubeadm:bootstrap-signer-clusterinfo', namespace: 'kube-public' },
  rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['cluster-info'], verbs: ['get'] }],
};

export const CLUSTER_INFO_BINDING: Draft<RoleBinding> = {
  metadata: { name: 'kubeadm:bootstrap-signer-clusterinfo', namespace: 'kube-public' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'kubeadm:bootstrap-signer-clusterinfo' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:anonymous' }],
};

export const NETWORK_ROLE: Draft<ClusterRole> = {
  metadata: { name: NETWORK_USER },
  rules: [
    { apiGroups: [''], resources: ['nodes', 'pods', 'namespaces', 'services', 'endpoints'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies', 'servicecidrs', 'ipaddresses'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch', 'update'] },
  ],
};

export const NETWORK_BINDING: Draft<ClusterRoleBinding> = {
  metadata: { name: NETWORK_USER },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NETWORK_USER },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: NETWORK_USER }],
};

export const NETWORK_CONTROLLER_ROLE: Draft<ClusterRole> = {
  metadata: { name: NETWORK_CONTROLLER_USER },
  rules: [
    { apiGroups: [''], resources: ['nodes', 'services'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['services/status'], verbs: ['update', 'patch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'] },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch', 'update'] },
  ],
};

export const NETWORK_CONTROLLER_BINDING: Draft<ClusterRoleBinding> = {
  metadata: { name: NETWORK_CONTROLLER_USER },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NETWORK_CONTROLLER_USER },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: NETWORK_CONTROLLER_USER }],
};
