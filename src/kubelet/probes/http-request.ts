import type { Container, HTTPGetAction, HTTPHeader } from '../../api/core/v1.gen.ts';

/** The URL and headers of an HTTP probe or hook. Throws when a named port does not exist or is no port. */
export function httpActionRequest(
  action: HTTPGetAction,
  container: Container,
  podIP: string,
  purpose: 'probe' | 'lifecycle',
): { url: URL; headers: [string, string][] } {
  const scheme = (action.scheme || 'HTTP').toLowerCase();
  const host = action.host || podIP;
  const port = resolvePort(action.port, container);
  const authority = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { url: urlFor(authority, action.path ?? ''), headers: headersFor(action.httpHeaders ?? [], purpose) };
}

function urlFor(authority: string, path: string): URL {
  return new URL(path.startsWith('/') ? authority + path : `${authority}/${path}`);
}

/** The given headers, a User-Agent and an Accept where they do not say otherwise; an empty Accept is left out. */
function headersFor(list: readonly HTTPHeader[], purpose: string): [string, string][] {
  const headers = list.map(({ name, value }): [string, string] => [name, value]);
  const has = (name: string) => headers.some(([given]) => given.toLowerCase() === name);
  if (!has('user-agent')) headers.push(['User-Agent', `kube-${purpose}/1.36`]);
  if (!has('accept')) headers.push(['Accept', '*/*']);
  return headers.filter(([name, value]) => !(name.toLowerCase() === 'accept' && value === ''));
}

/** A port number from a number, a numeric text or a container port's name. Throws with upstream's message. */
export function resolvePort(port: number | string, container: Container): number {
  const found =
    typeof port === 'number' ? port : /^\d+$/.test(port) ? Number(port) : container.ports?.find((p) => p.name === port)?.containerPort;
  if (found === undefined) throw new Error(`couldn't find port: ${port}`);
  if (found <= 0 || found >= 65536) throw new Error(`invalid port number: ${found}`);
  return found;
}
