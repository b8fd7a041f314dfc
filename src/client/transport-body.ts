import { createGunzip, gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { parseJson } from '../wire/json/parse.ts';
import type { WatchEvent } from './transport.ts';

const unzip = promisify(gunzip);
/** A JSON number of so many digits may not fit a JavaScript number. */
const LONG_NUMBER = /\d{16}/;

/** JSON of the API: JSON.parse, except when a number could lose digits. */
export function parseBody(text: string): unknown {
  return LONG_NUMBER.test(text) ? parseJson(text).value : JSON.parse(text);
}

/** The whole body, unpacked when it is gzip. */
export async function readBody(body: AsyncIterable<Uint8Array>, encoding: string | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return encoding === 'gzip' ? await unzip(bytes) : bytes;
}

/** A body as it arrives, unpacked when it is gzip. */
export function streamBody(body: AsyncIterable<Uint8Array>, encoding: string | undefined): AsyncIterable<Uint8Array> {
  if (encoding !== 'gzip') return body;
  const unpacked = createGunzip();
  void (async () => {
    try {
      for await (const chunk of body) if (!unpacked.write(chunk)) await new Promise((resolve) => unpacked.once('drain', resolve));
      unpacked.end();
    } catch (error) {
      unpacked.destroy(error as Error);
    }
  })();
  return unpacked;
}

/** Watch frames: JSON values one after another, each on a line of its own. Throws when one is cut off or no JSON. */
export async function* watchFrames(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  let pending: Uint8Array[] = [];
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      const line = pending.length === 0 ? chunk.subarray(start, end) : Buffer.concat([...pending, chunk.subarray(start, end)]);
      pending = [];
      start = end + 1;
      if (line.byteLength > 0) yield parseBody(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString()) as WatchEvent;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  const rest = Buffer.concat(pending).toString().trim();
  if (rest !== '') yield parseBody(rest) as WatchEvent;
}
