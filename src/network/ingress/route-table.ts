/** Which service a request belongs to, from Ingress objects (networking.k8s.io/v1, path and host rules of KEP-1453). Pure. */
import type { Ingress, IngressBackend } from '../../api/networking/v1.gen.ts';

export interface IngressRoute {
  readonly namespace: string;
  readonly service: string;
  /** Number or name. */
  readonly port: number | string;
}

interface PathRule {
  readonly exact: boolean;
  /** For a prefix without the closing slash; empty for all paths. */
  readonly path: string;
  readonly route: IngressRoute;
}

export interface RouteTable {
  /** Undefined: nobody serves this. `host` lower case. */
  find(host: string, path: string): IngressRoute | undefined;
  /** Secret (`namespace/name`) with the certificate for a server name; undefined when none is named. */
  tlsSecret(serverName: string): string | undefined;
}

/** Of two rules for the same host and path the older Ingress wins. */
export function routeTable(ingresses: readonly Ingress[]): RouteTable {
  const hosts = new Map<string, PathRule[]>();
  const secrets = new Map<string, string>();
  let fallback: IngressRoute | undefined;
  for (const ingress of [...ingresses].sort(byAge)) {
    const namespace = ingress.metadata.namespace ?? '';
    for (const tls of ingress.spec?.tls ?? []) {
      for (const host of tls.hosts ?? ['']) if (tls.secretName && !secrets.has(host)) secrets.set(host, `${namespace}/${tls.secretName}`);
    }
    for (const rule of ingress.spec?.rules ?? []) {
      const host = (rule.host ?? '').toLowerCase();
      const rules = hosts.get(host) ?? [];
      hosts.set(host, rules);
      for (const path of rule.http?.paths ?? []) {
        const route = routeOf(namespace, path.backend);
        if (route)
          rules.push({
            exact: path.pathType === 'Exact',
            path: path.pathType === 'Exact' ? (path.path ?? '/') : trimSlash(path.path ?? '/'),
            route,
          });
      }
      const rest = ingress.spec?.defaultBackend && routeOf(namespace, ingress.spec.defaultBackend);
      if (rest && (rule.http?.paths ?? []).length === 0) rules.push({ exact: false, path: '', route: rest });
    }
    if (ingress.spec?.defaultBackend) fallback ??= routeOf(namespace, ingress.spec.defaultBackend);
  }
  for (const rules of hosts.values()) rules.sort((a, b) => Number(b.exact) - Number(a.exact) || b.path.length - a.path.length);
  return {
    find(host, path) {
      for (const candidate of candidates(host)) {
        const rules = hosts.get(candidate);
        const rule = rules?.find((r) => (r.exact ? r.path === path : isPrefix(r.path, path)));
        if (rule) return rule.route;
      }
      return fallback;
    },
    tlsSecret: (name) =>
      candidates(name)
        .map((candidate) => secrets.get(candidate))
        .find(Boolean),
  };
}

/** The host itself, the wildcard for its first label, and rules without a host, in this order. */
function candidates(host: string): string[] {
  const dot = host.indexOf('.');
  return dot > 0 ? [host, `*${host.slice(dot)}`, ''] : [host, ''];
}

/** Element by element: /foo is a prefix of /foo and /foo/bar, not of /foobar. */
function isPrefix(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function trimSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function routeOf(namespace: string, backend: IngressBackend): IngressRoute | undefined {
  const port = backend.service?.port?.number ?? backend.service?.port?.name;
  return backend.service && port !== undefined ? { namespace, service: backend.service.name, port } : undefined;
}

function byAge(a: Ingress, b: Ingress): number {
  const order = (i: Ingress) => `${i.metadata.creationTimestamp} ${i.metadata.namespace}/${i.metadata.name}`;
  return order(a) < order(b) ? -1 : 1;
}
