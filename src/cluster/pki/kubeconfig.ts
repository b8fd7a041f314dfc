/** Kubeconfig files (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/). Pure. */
import { dump, load } from 'js-yaml';

export interface KubeconfigEntry {
  /** Name of the cluster and, with the user, of the context. */
  readonly cluster: string;
  readonly user: string;
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

interface Named {
  name: string;
  [field: string]: unknown;
}

interface Kubeconfig {
  apiVersion: 'v1';
  kind: 'Config';
  clusters: Named[];
  users: Named[];
  contexts: Named[];
  'current-context': string;
  [field: string]: unknown;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

function kubeconfig(entry: KubeconfigEntry): Kubeconfig {
  const context = `${entry.user}@${entry.cluster}`;
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: entry.cluster, cluster: { server: entry.server, 'certificate-authority-data': base64(entry.ca) } }],
    users: [{ name: entry.user, user: { 'client-certificate-data': base64(entry.certificate), 'client-key-data': base64(entry.key) } }],
    contexts: [{ name: context, context: { cluster: entry.cluster, user: entry.user } }],
    'current-context': context,
  };
}

/** A kubeconfig of one cluster, one user, one context. */
export function kubeconfigText(entry: KubeconfigEntry): string {
  return dump(kubeconfig(entry), { lineWidth: -1 });
}

/** A kubeconfig without a user, as kubeadm publishes it: where the server is and which CA to trust. */
export function clusterInfoKubeconfig(server: string, ca: string): string {
  const clusters = [{ name: '', cluster: { server, 'certificate-authority-data': base64(ca) } }];
  return dump(
    { apiVersion: 'v1', kind: 'Config', clusters, contexts: [], users: [], preferences: {}, 'current-context': '' },
    { lineWidth: -1 },
  );
}

/**
 * `existing` with our cluster, user and context added (or replaced, by name) and made current. Everything else in it stays, comments
 * excepted. Throws when `existing` is no kubeconfig.
 */
export function mergeKubeconfig(existing: string, entry: KubeconfigEntry): string {
  const old = (existing.trim() === '' ? {} : (load(existing) ?? {})) as Record<string, unknown>;
  if (typeof old !== 'object' || Array.isArray(old) || (old['kind'] !== undefined && old['kind'] !== 'Config'))
    throw new Error('Cannot merge into the kubeconfig: the file is no kubeconfig');
  const ours = kubeconfig(entry);
  const merge = (field: 'clusters' | 'users' | 'contexts') => {
    const kept = ((old[field] ?? []) as Named[]).filter((o) => !ours[field].some((n) => n.name === o.name));
    return [...kept, ...ours[field]];
  };
  return dump({ ...old, ...ours, clusters: merge('clusters'), users: merge('users'), contexts: merge('contexts') }, { lineWidth: -1 });
}

/** `existing` without the cluster's entries; undefined when it held none of them. */
export function withoutCluster(existing: string, cluster: string, user: string): string | undefined {
  const old = existing.trim() === '' ? null : (load(existing) as Kubeconfig | null);
  const context = `${user}@${cluster}`;
  if (!old?.contexts?.some((c) => c.name === context)) return undefined;
  const without = (list: Named[] | undefined, name: string) => (list ?? []).filter((n) => n.name !== name);
  const current = old['current-context'] === context ? '' : old['current-context'];
  return dump(
    {
      ...old,
      clusters: without(old.clusters, cluster),
      users: without(old.users, user),
      contexts: without(old.contexts, context),
      'current-context': current,
    },
    { lineWidth: -1 },
  );
}
