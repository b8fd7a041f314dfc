/** Where the nodes' containerds pull images from. Pure. */
import { parseRegistryMirror, type RegistryMirror } from '../containerd/registry-hosts.ts';
import type { ClusterConfig } from './cluster-config.ts';

const LOOPBACK = /^(https?:\/\/)(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::(\d+))?(\/.*)?$/;

/** The user's mirrors and the example's registry, as seen from the machine. */
export function registryMirrors(config: ClusterConfig): RegistryMirror[] {
  const port = config.exampleRegistryPort;
  const example = port === undefined ? [] : [{ registry: `localhost:${port}`, endpoints: [`http://127.0.0.1:${port}`] }];
  return [...config.registryMirrors.map(parseRegistryMirror), ...example];
}

/** The same as seen from the nodes: in a namespace, loopback is another interface, so the machine's is reached at the bridge's address. */
export function nodeRegistryMirrors(config: ClusterConfig): RegistryMirror[] {
  const address = config.bridge?.address;
  const mirrors = registryMirrors(config);
  if (address === undefined || !config.nodes.some((n) => n.namespace)) return mirrors;
  const rewrite = (endpoint: string) =>
    endpoint.replace(
      LOOPBACK,
      (_, scheme: string, port?: string, path = '') => `${scheme}${address}:${port ?? defaultPort(scheme)}${path}`,
    );
  return mirrors.map((m) => ({ ...m, endpoints: m.endpoints.map(rewrite) }));
}

/** Ports of the mirrors that are on the machine's loopback interface. */
export function loopbackPorts(mirrors: readonly RegistryMirror[]): number[] {
  const matches = mirrors.flatMap((m) => m.endpoints.map((e) => LOOPBACK.exec(e)));
  return [...new Set(matches.flatMap((m) => (m ? [Number(m[2] ?? defaultPort(m[1] ?? ''))] : [])))];
}

function defaultPort(scheme: string): number {
  return scheme === 'https://' ? 443 : 80;
}
