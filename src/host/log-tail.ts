import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 16 * 1024;

/** The last lines of a file; none when it cannot be read. */
export function logTail(path: string, lines: number): string[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return []; // No log yet.
  }
  try {
    const size = fstatSync(file).size;
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString().trimEnd().split('\n').slice(-lines);
  } finally {
    closeSync(file);
  }
}
