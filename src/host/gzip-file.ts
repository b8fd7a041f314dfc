import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Writes a compressed copy of `from` to `to`, which gets the permissions `mode`. */
export async function gzipFile(from: string, to: string, mode: number): Promise<void> {
  await pipeline(createReadStream(from), createGzip(), createWriteStream(to, { mode }));
}
