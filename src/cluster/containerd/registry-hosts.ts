/** Registry mirrors as containerd reads them (https://github.com/containerd/containerd/blob/main/docs/hosts.md). Pure. */
export interface RegistryMirror {
  /** The registry as image names spell it (`registry.k8s.io`, `localhost:5000`), or `_default` for every registry without an entry. */
  readonly registry: string;
  /** `http://127.0.0.1:5000`; tried in order, before the registry itself. */
  readonly endpoints: readonly string[];
}

/** Reads `registry.k8s.io=http://127.0.0.1:5000,http://10.0.0.1:5000` (`*` for every registry). Throws when it is not of this form. */
export function parseRegistryMirror(text: string): RegistryMirror {
  const registry = text.slice(0, Math.max(0, text.indexOf('=')));
  const endpoints = text
    .slice(registry.length + 1)
    .split(',')
    .filter(Boolean);
  const bad = endpoints.find((e) => !/^https?:\/\/[^/]+/.test(e));
  if (registry === '' || endpoints.length === 0 || bad !== undefined)
    throw new Error(`Cannot read the registry mirror "${text}": write <registry>=<url>, for example registry.k8s.io=http://127.0.0.1:5000`);
  return { registry: registry === '*' ? '_default' : registry, endpoints };
}

/** Content of `<config dir>/<registry>/hosts.toml`. */
export function hostsToml(mirror: RegistryMirror): string {
  const server = mirror.registry === '_default' ? '' : `server = ${JSON.stringify(serverOf(mirror.registry))}\n`;
  const hosts = mirror.endpoints.map((endpoint) => `[host.${JSON.stringify(endpoint)}]\n  capabilities = ["pull", "resolve"]\n`);
  return [server, ...hosts].join('\n');
}

function serverOf(registry: string): string {
  if (registry === 'docker.io') return 'https://registry-1.docker.io';
  return /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(registry) ? `http://${registry}` : `https://${registry}`;
}
