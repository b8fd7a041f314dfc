import { join } from 'node:path';
import { readTextIfExists, writeFileIfChanged } from '../../host/files.ts';
import type { Cluster } from '../config/open-cluster.ts';
import { kubeconfigText, type KubeconfigEntry } from './kubeconfig.ts';

export const KUBECONFIG_CLUSTER = 'wherry';
export const KUBECONFIG_USER = 'kubernetes-admin';

/** The administrator's way into the cluster, from this machine. */
export function adminEntry({ config, paths }: Cluster): KubeconfigEntry {
  return {
    ...credentials(paths.pki, 'admin'),
    cluster: `${KUBECONFIG_CLUSTER}-${config.id}`,
    user: KUBECONFIG_USER,
    server: `https://127.0.0.1:${config.port}`,
  };
}

/** Kubeconfig file of a component of a node: `kubelet-client`, `kube-proxy`, `network`. */
export function nodeKubeconfig(cluster: Cluster, node: string, certificate: string): string {
  return join(cluster.paths.dataDir, 'nodes', node, `${certificate}.kubeconfig`);
}

/** Writes every kubeconfig whose content has changed. The certificates must be there. */
export function writeKubeconfigs(cluster: Cluster): void {
  const { config, paths } = cluster;
  writeFileIfChanged(paths.adminKubeconfig, kubeconfigText(adminEntry(cluster)));
  const local = `https://127.0.0.1:${config.port}`;
  for (const name of ['controller-manager', 'scheduler'])
    writeFileIfChanged(
      join(paths.dataDir, `${name}.kubeconfig`),
      kubeconfigText({ ...credentials(paths.pki, name), cluster: KUBECONFIG_CLUSTER, user: name, server: local }),
    );
  const remote = `https://${config.advertiseAddress}:${config.port}`;
  for (const node of config.nodes)
    for (const name of ['kubelet-client', 'kube-proxy', 'network']) {
      const entry = { ...credentials(paths.pki, `nodes/${node.name}/${name}`), cluster: KUBECONFIG_CLUSTER, user: name, server: remote };
      writeFileIfChanged(nodeKubeconfig(cluster, node.name, name), kubeconfigText(entry));
    }
}

function credentials(pki: string, name: string): Pick<KubeconfigEntry, 'ca' | 'certificate' | 'key'> {
  return { ca: readPem(pki, 'ca.crt'), certificate: readPem(pki, `${name}.crt`), key: readPem(pki, `${name}.key`) };
}

/** A file of the PKI directory; throws when it is missing. */
export function readPem(pki: string, file: string): string {
  const text = readTextIfExists(join(pki, file));
  if (text === undefined) throw new Error(`${join(pki, file)} is missing. "wherry up" makes it again`);
  return text;
}
