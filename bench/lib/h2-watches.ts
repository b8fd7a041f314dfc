/**
 * Many watches over one HTTP/2 connection, read with as little work as possible: frames are counted, events are counted by their line ends,
 * nothing is parsed (RFC 9113; header fields as literals without indexing, RFC 7541 6.2.2).
 */
import { connect, type TLSSocket } from 'node:tls';

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const ACK = 1;
const END_HEADERS = 4;
const END_STREAM = 1;
const WINDOW = 0x7fff0000;
const LINE_FEED = 0x0a;

export interface H2WatchesOptions {
  readonly url: URL;
  /** With the query. */
  readonly path: string;
  readonly token: string;
  readonly streams: number;
  /** Called with how many events have come in on all streams. */
  onEvents(count: number): void;
}

export interface H2Watches {
  close(): void;
}

/** Resolves when every watch has been answered. */
export function openH2Watches(options: H2WatchesOptions): Promise<H2Watches> {
  const { url } = options;
  const socket = connect({ host: url.hostname, port: Number(url.port), rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.once('secureConnect', () => {
      let answered = 0;
      socket.write(opening(options));
      readFrames(socket, options, (error) => {
        if (error) reject(error);
        else if (++answered === options.streams) resolve({ close: () => socket.destroy() });
      });
    });
  });
}

function opening({ path, token, url, streams }: H2WatchesOptions): Buffer {
  const parts = [
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1'),
    // INITIAL_WINDOW_SIZE (4).
    frame(SETTINGS, 0, 0, Buffer.from([0, 4, ...u32(WINDOW)])),
    frame(WINDOW_UPDATE, 0, 0, Buffer.from(u32(WINDOW - 65_535))),
  ];
  const headers = block([
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', url.host],
    [':path', path],
    ['authorization', `Bearer ${token}`],
    ['accept', 'application/json'],
  ]);
  for (let i = 0; i < streams; i++) parts.push(frame(HEADERS, END_HEADERS | END_STREAM, 1 + 2 * i, headers));
  return Buffer.concat(parts);
}

/** `onAnswer` is called for the head of each answer, or with an error. */
function readFrames(socket: TLSSocket, { onEvents }: H2WatchesOptions, onAnswer: (error?: Error) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  let unacknowledged = 0;
  socket.on('data', (data) => {
    let buffer = rest.length === 0 ? data : Buffer.concat([rest, data]);
    let events = 0;
    const credits: Buffer[] = [];
    while (buffer.length >= 9) {
      const length = buffer.readUIntBE(0, 3);
      if (buffer.length < 9 + length) break;
      const [type, flags, stream] = [buffer[3], buffer[4] ?? 0, buffer.readUInt32BE(5)];
      const payload = buffer.subarray(9, 9 + length);
      buffer = buffer.subarray(9 + length);
      if (type === DATA) {
        for (let at = payload.indexOf(LINE_FEED); at >= 0; at = payload.indexOf(LINE_FEED, at + 1)) events++;
        unacknowledged += length;
      } else if (type === HEADERS) onAnswer();
      else if (type === SETTINGS && !(flags & ACK)) credits.push(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
      else if (type === PING && !(flags & ACK)) credits.push(frame(PING, ACK, 0, payload));
      else if (type === GOAWAY || type === RST_STREAM) onAnswer(new Error(`the server ended ${type === GOAWAY ? 'the connection' : `stream ${stream}`}`));
    }
    rest = buffer;
    if (unacknowledged > WINDOW / 4) {
      credits.push(frame(WINDOW_UPDATE, 0, 0, Buffer.from(u32(unacknowledged))));
      unacknowledged = 0;
    }
    if (credits.length > 0) socket.write(Buffer.concat(credits));
    if (events > 0) onEvents(events);
  });
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function block(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

/** A string literal without Huffman coding, with its length as a 7-bit prefix integer. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  const length: number[] = [];
  let n = bytes.length;
  if (n < 127) length.push(n);
  else {
    length.push(127);
    for (n -= 127; n >= 128; n = Math.floor(n / 128)) length.push((n % 128) + 128);
    length.push(n);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

function u32(n: number): number[] {
  return [(n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];
}
