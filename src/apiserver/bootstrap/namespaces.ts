import type { RegistryReader } from '../registry/reader.ts';
import { draft } from './draft.ts';
import { ensure } from './ensure.ts';

/** The namespaces that every cluster has, made again should one be missing. */
export const SYSTEM_NAMESPACES: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease', 'default'];

export async function ensureNamespaces(registry: RegistryReader): Promise<void> {
  const make = (name: string) =>
    draft(
      'v1',
      'Namespace',
      { name, labels: { 'kubernetes.io/metadata.name': name } },
      { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
    );
  await Promise.all(SYSTEM_NAMESPACES.map((name) => ensure(registry, '', 'namespaces', make(name))));
}
