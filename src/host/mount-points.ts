import { readFileSync } from 'node:fs';
import { runCommand } from './command.ts';

/** Mount points at or below a directory, deepest last mounted first, as /proc/self/mountinfo shows them. */
export function mountPointsBelow(dir: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((path) => path === dir || path.startsWith(`${dir}/`))
    .reverse();
}

/** Detaches every mount at or below a directory: busy ones go when their last user does. Throws when one stays. */
export async function unmountBelow(dir: string): Promise<number> {
  const points = mountPointsBelow(dir);
  for (let i = 0; i < points.length; i += 100) await runCommand('umount', ['--lazy', '--', ...points.slice(i, i + 100)]);
  const [left] = mountPointsBelow(dir);
  if (left !== undefined) throw new Error(`Cannot unmount ${left}. Look who uses it: fuser -vm ${left}`);
  return points.length;
}

/** The kernel writes space, tab, newline and backslash as octal. */
function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
