/** Short hashes for names and labels. */

/** FNV-1a, 32 bits, over the UTF-8 bytes of `text`. */
export function fnv32a(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash >>> 0;
}

/** Replaces each character by one that cannot spell a word (apimachinery/pkg/util/rand SafeEncodeString). */
export function safeEncode(text: string): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  return Array.from(text, (c) => alphabet.charAt((c.codePointAt(0) ?? 0) % alphabet.length)).join('');
}

/** JSON with sorted keys and without what is absent: the same text for the same meaning. */
export function stableJson(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined && v !== null);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${stableJson(v)}`).join(',')}}`;
}

/**
 * The pod-template-hash of a template: stable under key order, different for a different `collisionCount`. Upstream hashes Go's own dump of
 * the structure, which nobody outside can compute; nothing compares the two.
 */
export function templateHash(template: unknown, collisionCount?: number): string {
  let hash = fnv32a(stableJson(template));
  if (collisionCount !== undefined) {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(collisionCount);
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return safeEncode(String(hash));
}
