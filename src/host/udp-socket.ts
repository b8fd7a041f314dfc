import { createSocket, type Socket } from 'node:dgram';

export interface UdpPeer {
  readonly address: string;
  readonly port: number;
}

export interface UdpSocket {
  readonly address: string;
  readonly port: number;
  /** Sends without waiting; what cannot be sent is lost, as datagrams are. */
  send(message: Uint8Array, peer: UdpPeer): void;
  close(): Promise<void>;
}

/** The address is always given as one: no look-up is needed, and none may happen in a name server. */
const noLookup = (host: string, _options: unknown, callback: (error: null, address: string, family: number) => void) =>
  callback(null, host, host.includes(':') ? 6 : 4);

/** Binds a socket. Rejects when the port cannot be had. */
export function bindUdp(address: string, port: number, onMessage: (message: Buffer, peer: UdpPeer) => void): Promise<UdpSocket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: typeOf(address), recvBufferSize: 4 * 1024 * 1024, lookup: noLookup as never });
    const ignore = () => undefined;
    socket.once('error', reject);
    socket.bind(port, address, () => {
      socket.off('error', reject);
      // Later errors are ICMP answers to what was sent, and concern one client.
      socket.on('error', ignore);
      socket.on('message', onMessage);
      const bound = socket.address();
      let closed = false;
      resolve({
        address: bound.address,
        port: bound.port,
        send: (message, peer) => {
          if (!closed) socket.send(message, 0, message.length, peer.port, peer.address, ignore);
        },
        close: () => {
          if (closed) return Promise.resolve();
          closed = true;
          return new Promise((done) => socket.close(done));
        },
      });
    });
  });
}

export interface UdpExchange<T> {
  readonly address: string;
  readonly port: number;
  readonly message: Uint8Array;
  readonly timeoutMs: number;
  /** Ends the wait; the exchange then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Looks at a datagram from the peer; undefined: not the one that is waited for. */
  accept(message: Buffer): T | undefined;
}

/**
 * One question, one answer, from a fresh socket with a port that the kernel chose at random; connected, so that datagrams of others do not arrive.
 * Rejects with code ETIMEDOUT, or with the error of the network.
 */
export function exchangeUdp<T>(exchange: UdpExchange<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: typeOf(exchange.address), lookup: noLookup as never });
    let settled = false;
    const settle = (finish: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      exchange.signal?.removeEventListener('abort', onAbort);
      closeQuietly(socket);
      finish();
    };
    const onAbort = () => settle(() => reject(exchange.signal?.reason as Error));
    const timer = setTimeout(() => settle(() => reject(timedOut(exchange))), exchange.timeoutMs);
    exchange.signal?.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error) => settle(() => reject(error)));
    socket.on('message', (message) => {
      const accepted = exchange.accept(message);
      if (accepted !== undefined) settle(() => resolve(accepted));
    });
    socket.connect(exchange.port, exchange.address, () => {
      if (!settled) socket.send(exchange.message, 0, exchange.message.length);
    });
  });
}

function timedOut(exchange: { readonly address: string; readonly port: number; readonly timeoutMs: number }): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`no answer from ${exchange.address}:${exchange.port} in ${exchange.timeoutMs} ms`);
  error.code = 'ETIMEDOUT';
  return error;
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It never opened: there is nothing to close.
  }
}

function typeOf(address: string): 'udp4' | 'udp6' {
  return address.includes(':') ? 'udp6' : 'udp4';
}
