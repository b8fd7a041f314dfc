/** The 4 or 16 bytes of an IP address in text. Throws when it is none. */
export function ipBytes(address: string): Uint8Array {
  const bytes = address.includes(':') ? v6(address) : v4(address);
  if (!bytes) throw new Error(`Cannot encode "${address}": it is no IP address`);
  return Uint8Array.from(bytes);
}

function v4(text: string): number[] | undefined {
  const parts = text.split('.');
  const bytes = parts.map((p) => (/^\d{1,3}$/.test(p) ? Number(p) : 256));
  return parts.length === 4 && bytes.every((b) => b < 256) ? bytes : undefined;
}

function v6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = [groups(halves[0] ?? ''), groups(halves[1] ?? '')];
  if (!left || !right) return undefined;
  const missing = 16 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...left, ...Array<number>(missing).fill(0), ...right];
}

/** Bytes of colon-separated groups; the last one may be an IPv4 address. */
function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const out: number[] = [];
  for (const group of text.split(':')) {
    const bytes = group.includes('.')
      ? v4(group)
      : /^[0-9a-f]{1,4}$/i.test(group)
        ? [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]
        : undefined;
    if (!bytes) return undefined;
    out.push(...bytes);
  }
  return out;
}
