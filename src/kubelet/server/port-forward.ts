import { PassThrough } from 'node:stream';
import type { Duplex } from 'node:stream';
import { acceptWebSocket, type AcceptedWebSocket } from '../../host/websocket-server.ts';
import { openTcp } from '../../host/open-tcp.ts';
import { PodSandboxState } from '../cri/messages/sandbox.ts';
import { goText } from '../images/image-manager.ts';
import { proxyUpgrade } from './proxy-upgrade.ts';
import { HttpError, podOf, type ServerContext, type UpgradeHandler } from './types.ts';

/** SPDY frames inside a WebSocket (KEP-4006). */
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';

/** /portForward/{podNamespace}/{podID}[/{uid}]. */
export function portForward(context: ServerContext): UpgradeHandler {
  return async ({ request, socket, head, params }) => {
    const pod = podOf(context, params);
    const sandbox = context.cache.get(pod.metadata.uid).sandboxes.find((s) => s.state === PodSandboxState.READY);
    if (!sandbox)
      throw new HttpError(500, `failed to find sandboxID for pod ${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`);
    const port = request.url.searchParams.getAll('port').map(Number);
    let url: string;
    try {
      ({ url } = await context.cri.portForward({ podSandboxId: sandbox.id, port }));
    } catch (error) {
      throw new HttpError(500, goText(error));
    }
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(TUNNEL)) await proxyUpgrade(new URL(url), request, socket, head);
    else await tunnel(new URL(url), await acceptWebSocket(request.raw, socket, head, [TUNNEL]));
  };
}

/** The client's SPDY connection, carried by messages, ends at the runtime. */
async function tunnel(target: URL, client: AcceptedWebSocket): Promise<void> {
  const upstream = await openSpdy(target);
  const toClient = (async () => {
    for await (const chunk of upstream.data) await client.send(chunk as Buffer);
    client.close();
  })();
  for await (const message of client.messages) if (!upstream.socket.write(message)) await drained(upstream.socket);
  upstream.socket.destroy();
  await toClient.catch(() => undefined); // The connection was ended above.
}

function drained(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });
}

/** A raw SPDY connection for port forwarding, past the HTTP answer. */
async function openSpdy(target: URL): Promise<{ socket: Duplex; data: PassThrough }> {
  const socket = await openTcp(target.hostname.replace(/^\[|\]$/g, ''), Number(target.port || 80));
  const head = [
    `POST ${target.pathname}${target.search} HTTP/1.1`,
    `Host: ${target.host}`,
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    'X-Stream-Protocol-Version: portforward.k8s.io',
    'Content-Length: 0',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const data = new PassThrough();
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', onData);
      if (!answer.toString('latin1', 0, end).startsWith('HTTP/1.1 101 ')) {
        socket.destroy();
        reject(new Error(`unable to upgrade connection: ${answer.toString('utf8', end + 4)}`));
        return;
      }
      data.write(answer.subarray(end + 4));
      socket.pipe(data);
      resolve({ socket, data });
    };
    socket.on('data', onData);
    socket.on('error', (error) => {
      data.end();
      reject(error);
    });
    socket.on('close', () => data.end());
  });
}
