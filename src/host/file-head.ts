import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The file's first bytes (at most `length`) and its size; undefined when there is no such file. Other failures throw. */
export function fileHead(path: string, length: number): { readonly head: Buffer; readonly size: number } | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const head = Buffer.alloc(length);
    const read = length > 0 ? readSync(file, head) : 0;
    return { head: head.subarray(0, read), size: fstatSync(file).size };
  } finally {
    closeSync(file);
  }
}
