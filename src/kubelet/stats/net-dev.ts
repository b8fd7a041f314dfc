export interface InterfaceUsage {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxErrors: number;
  readonly txBytes: number;
  readonly txErrors: number;
}

/** Counters of every network interface but loopback, from the text of /proc/<pid>/net/dev. */
export function parseNetDev(text: string): InterfaceUsage[] {
  const out: InterfaceUsage[] = [];
  for (const line of text.split('\n').slice(2)) {
    const [name = '', numbers] = line.split(':');
    if (numbers === undefined || name.trim() === 'lo') continue;
    const n = numbers.trim().split(/\s+/).map(Number);
    out.push({ name: name.trim(), rxBytes: n[0] ?? 0, rxErrors: n[2] ?? 0, txBytes: n[8] ?? 0, txErrors: n[10] ?? 0 });
  }
  return out;
}
