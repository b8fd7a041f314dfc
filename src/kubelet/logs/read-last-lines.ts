import { tailFile } from '../../host/tail-file.ts';
import { parseCriLogLine } from './cri-log-line.ts';

/** Room for what the runtime writes around each line. */
const OVERHEAD = 64;

/** The last lines of a container's log, at most so many bytes, as the container wrote them. */
export async function readLastLogLines(path: string, maxLines: number, maxBytes: number): Promise<Buffer> {
  const tail = await tailFile(path, maxBytes + maxLines * OVERHEAD);
  if (!tail) return Buffer.alloc(0);
  const contents: Buffer[] = [];
  for (let start = 0; start < tail.length;) {
    const end = tail.indexOf(0x0a, start);
    const line = parseCriLogLine(tail.subarray(start, end < 0 ? tail.length : end));
    // The first may be cut off.
    if (line) contents.push(line.content);
    if (end < 0) break;
    start = end + 1;
  }
  const last = Buffer.concat(contents.slice(-maxLines));
  return last.subarray(Math.max(0, last.length - maxBytes));
}
