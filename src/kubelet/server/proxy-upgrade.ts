import type { Duplex } from 'node:stream';
import type { IncomingRequest } from '../../host/https-server.ts';
import { openTcp } from '../../host/open-tcp.ts';

/** Passes an upgrade request on to the runtime's streaming server, and then the bytes both ways. Resolves when either side has ended. */
export async function proxyUpgrade(target: URL, request: IncomingRequest, socket: Duplex, head: Buffer): Promise<void> {
  const upstream = await openTcp(target.hostname.replace(/^\[|\]$/g, ''), Number(target.port || 80));
  upstream.write(requestHead(target, request));
  if (head.length > 0) upstream.write(head);
  await join(socket, upstream);
}

function requestHead(target: URL, { method, rawHeaders }: IncomingRequest): string {
  const lines = [`${method} ${target.pathname}${target.search} HTTP/1.1`, `Host: ${target.host}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    // Who may do this was decided here; the runtime needs no credentials and must not see them.
    if (!['host', 'authorization'].includes(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[i + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Joins two connections until both have ended. */
export function join(a: Duplex, b: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      a.destroy();
      b.destroy();
      resolve();
    };
    for (const side of [a, b]) {
      side.on('error', end);
      side.on('close', end);
    }
    a.pipe(b);
    b.pipe(a);
  });
}
