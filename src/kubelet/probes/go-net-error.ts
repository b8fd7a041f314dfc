const TEXTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
  ENOTFOUND: 'no such host',
};

/** What Go says of a connection that could not be made. */
export function dialError(error: unknown, host: string, port: number | string): string {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (code === 'ECONNRESET') return `read tcp ${address}: read: connection reset by peer`;
  const text = TEXTS[code];
  return text === undefined ? message : `dial tcp ${address}: ${text}`;
}
