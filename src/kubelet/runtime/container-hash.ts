import type { Container } from '../../api/core/v1.gen.ts';

/**
 * Hash of what makes a container a different one (name and image), in hexadecimal. The same number that upstream's kubelet writes into
 * `io.kubernetes.container.hash`, so that either adopts the other's containers: FNV-1a (32 bit) over Go's dump of the JSON bytes.
 */
export function containerHash(container: Pick<Container, 'name' | 'image'>): string {
  const json = `{"image":${goString(container.image ?? '')},"name":${goString(container.name)}}`;
  const dumped = `([]uint8)[${[...Buffer.from(json, 'utf8')].join(' ')}]`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < dumped.length; i++) hash = Math.imul(hash ^ dumped.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16);
}

/** JSON text of a string as Go's encoder writes it (HTML characters escaped). */
function goString(value: string): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
