import { connect as connectTls, type TLSSocket } from 'node:tls';
import { connectionError, type HttpClientOptions, type TlsMaterial } from './http-types.ts';

/** A TLS connection, handshake done. Rejects with ConnectionError. */
export function connectSecurely(options: HttpClientOptions, protocols: string[]): Promise<TLSSocket> {
  const url = new URL(options.origin);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const material = options.tls?.() ?? {};
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      timer.cancel();
      socket.destroy();
      reject(connectionError(options.origin, error, true));
    };
    const socket = connectTls({ host, port: Number(url.port || 443), ALPNProtocols: protocols, ...tlsOptions(material, host) });
    const timer = options.clock.schedule(options.connectTimeoutMs ?? 30_000, () =>
      fail(Object.assign(new Error('the connection was not made in time'), { code: 'ETIMEDOUT' })),
    );
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      timer.cancel();
      socket.off('error', fail);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 30_000);
      resolve(socket);
    });
  });
}

/** Node's names for our material. */
export function tlsOptions(material: TlsMaterial, host: string) {
  const name = material.serverName ?? host;
  return {
    ...(material.ca !== undefined && { ca: material.ca }),
    ...(material.certificate !== undefined && { cert: material.certificate }),
    ...(material.key !== undefined && { key: material.key }),
    // Server Name Indication must not carry an address.
    ...(!/^[\d.]+$|:/.test(name) && { servername: name }),
    ...(material.serverName !== undefined && { servername: material.serverName }),
    rejectUnauthorized: !material.insecureSkipVerify,
  };
}
