/** One keep-alive HTTP/1.1 connection over TLS, as cheap as can be: a load generator must not be what is measured. */
import { connect, type TLSSocket } from 'node:tls';

export interface RawAnswer {
  readonly status: number;
  readonly bytes: number;
}

interface Answering {
  readonly status: number;
  readonly chunked: boolean;
  left: number;
  bytes: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');

export class RawConnection {
  readonly #socket: TLSSocket;
  #buffer: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (answer: RawAnswer) => void; reject: (error: Error) => void } | undefined;
  #state: Answering | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#take(data));
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
    socket.on('error', (error) => this.#waiting?.reject(error));
  }

  static open(url: URL): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: url.hostname, port: Number(url.port), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
      socket.setNoDelay(true);
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        socket.off('error', reject);
        resolve(new RawConnection(socket));
      });
    });
  }

  /** One request at a time. Resolves when the whole answer is in; what is in it is only counted. */
  send(request: Buffer | string): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(data: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? data : Buffer.concat([this.#buffer, data]);
    if (!this.#state && !this.#readHead()) return;
    const state = this.#state;
    if (!state) return;
    if (!state.chunked) {
      const taken = Math.min(state.left, this.#buffer.length);
      state.left -= taken;
      state.bytes += taken;
      this.#buffer = this.#buffer.subarray(taken);
      if (state.left === 0) this.#done(state);
    } else this.#readChunks(state);
  }

  #readHead(): boolean {
    const end = this.#buffer.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = this.#buffer.toString('latin1', 0, end).toLowerCase();
    this.#buffer = this.#buffer.subarray(end + 4);
    const length = /\r\ncontent-length: *(\d+)/.exec(head);
    this.#state = { status: Number(head.slice(9, 12)), left: Number(length?.[1] ?? 0), chunked: !length && head.includes('chunked'), bytes: 0 };
    return true;
  }

  /** `left` is what remains of the chunk with its line end; 0 between chunks. */
  #readChunks(state: Answering): void {
    for (;;) {
      if (state.left > 0) {
        const taken = Math.min(state.left, this.#buffer.length);
        state.left -= taken;
        state.bytes += taken;
        this.#buffer = this.#buffer.subarray(taken);
        if (state.left > 0) return;
      }
      const lineEnd = this.#buffer.indexOf('\r\n');
      if (lineEnd < 0) return;
      const size = Number.parseInt(this.#buffer.toString('latin1', 0, lineEnd), 16);
      if (size === 0) {
        if (this.#buffer.length < lineEnd + 4) return;
        this.#buffer = this.#buffer.subarray(lineEnd + 4);
        return this.#done(state);
      }
      this.#buffer = this.#buffer.subarray(lineEnd + 2);
      state.left = size + 2;
    }
  }

  #done(state: Answering): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#state = undefined;
    waiting?.resolve({ status: state.status, bytes: state.bytes });
  }
}
