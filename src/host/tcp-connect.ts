import { connect } from 'node:net';

/** Opens a TCP connection and closes it. Rejects with an error whose `code` tells why; ETIMEDOUT after `timeoutMs`. */
export function tcpConnect(host: string, port: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(timeoutMs, () => socket.destroy(Object.assign(new Error('i/o timeout'), { code: 'ETIMEDOUT' })));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeAllListeners('error').on('error', () => undefined);
      socket.destroy();
      resolve();
    });
  });
}
