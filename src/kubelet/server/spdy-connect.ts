import { openTcp } from '../../host/open-tcp.ts';
import { SpdyClientSession } from '../../wire/spdy/client-session.ts';

const MAX_HEAD_BYTES = 64 * 1024;

/** Upgrades a connection to the runtime's streaming server to SPDY/3.1. Rejects when the server refuses. */
export async function connectSpdy(target: URL, streamProtocol: string): Promise<SpdyClientSession> {
  const socket = await openTcp(target.hostname.replace(/^\[|\]$/g, ''), Number(target.port || 80));
  socket.write(
    `POST ${target.pathname}${target.search} HTTP/1.1\r\nHost: ${target.host}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${streamProtocol}\r\nContent-Length: 0\r\n\r\n`,
  );
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const fail = (why: string) => {
      socket.destroy();
      reject(new Error(`unable to upgrade connection: ${why}`));
    };
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) {
        if (head.length > MAX_HEAD_BYTES) fail('the answer has no end');
        return;
      }
      socket.off('data', onData);
      const text = head.toString('latin1', 0, end);
      if (!/^HTTP\/1\.1 101 /.test(text)) fail(head.subarray(end + 4).toString('utf8') || (text.split('\r\n')[0] ?? ''));
      else resolve(new SpdyClientSession(socket, head.subarray(end + 4)));
    };
    socket.on('data', onData);
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the connection was closed'));
  });
}
