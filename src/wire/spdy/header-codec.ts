import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { HEADER_DICTIONARY } from './header-dictionary.ts';

export type SpdyHeaders = Readonly<Record<string, string>>;

/** Packs header blocks of one connection: each block continues the compression of those before it. Calls must follow each other. */
export class HeaderPacker {
  readonly #deflate: Deflate = createDeflate({ dictionary: HEADER_DICTIONARY });

  async pack(headers: SpdyHeaders): Promise<Buffer> {
    const parts: Buffer[] = [uint32(Object.keys(headers).length)];
    for (const [name, value] of Object.entries(headers)) {
      for (const text of [name.toLowerCase(), value]) parts.push(uint32(Buffer.byteLength(text)), Buffer.from(text));
    }
    return through(this.#deflate, Buffer.concat(parts));
  }
}

/** Unpacks header blocks of one connection, in order. Rejects on malformed input. */
export class HeaderUnpacker {
  readonly #inflate: Inflate = createInflate({ dictionary: HEADER_DICTIONARY });

  async unpack(block: Uint8Array): Promise<SpdyHeaders> {
    const data = await through(this.#inflate, block);
    const headers: Record<string, string> = {};
    let at = 4;
    const text = () => {
      const length = data.readUInt32BE(at);
      const value = data.toString('utf8', at + 4, at + 4 + length);
      at += 4 + length;
      return value;
    };
    for (let left = data.readUInt32BE(0); left > 0; left--) {
      const name = text();
      headers[name] = text();
    }
    return headers;
  }
}

function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

/** Everything that one block gives, flushed to a byte boundary. */
function through(stream: Deflate | Inflate, block: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer) => void chunks.push(chunk);
    stream.on('data', onData);
    stream.once('error', reject);
    stream.write(block);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off('data', onData);
      stream.off('error', reject);
      resolve(Buffer.concat(chunks));
    });
  });
}
