/** The few DER forms (X.690) an X.509 certificate is made of. Each function returns the complete tag-length-value. */
export type Der = Uint8Array;

function tlv(tag: number, content: Uint8Array): Der {
  const n = content.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  if (n > 0xffff) throw new RangeError(`Cannot encode ${n} bytes in one DER value: the limit is 65535`);
  return Buffer.concat([Uint8Array.of(tag, ...length), content]);
}

export const der = {
  sequence: (...items: readonly Der[]) => tlv(0x30, Buffer.concat(items)),
  set: (...items: readonly Der[]) => tlv(0x31, Buffer.concat(items)),
  octets: (bytes: Uint8Array) => tlv(0x04, bytes),
  utf8: (text: string) => tlv(0x0c, Buffer.from(text)),
  boolean: (value: boolean) => tlv(0x01, Uint8Array.of(value ? 0xff : 0)),
  /** An unsigned big-endian number. */
  integer: (bytes: Uint8Array) => tlv(0x02, unsigned(bytes)),
  bits: (bytes: Uint8Array, unusedBits = 0) => tlv(0x03, Buffer.concat([Uint8Array.of(unusedBits), bytes])),
  oid: (dotted: string) => tlv(0x06, oidBytes(dotted)),
  /** A constructed value with an explicit context tag. */
  explicit: (number: number, content: Der) => tlv(0xa0 | number, content),
  /** A primitive value with an implicit context tag. */
  implicit: (number: number, content: Uint8Array) => tlv(0x80 | number, content),
  /** RFC 5280: UTCTime through 2049, GeneralizedTime after. */
  time(ms: number): Der {
    const text = new Date(ms).toISOString().replace(/[-:T]/g, '').replace(/\..*$/, 'Z');
    return Number(text.slice(0, 4)) < 2050 ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text));
  },
};

function unsigned(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const trimmed = bytes.subarray(start);
  return (trimmed[0] ?? 0) & 0x80 ? Buffer.concat([Uint8Array.of(0), trimmed]) : trimmed;
}

function oidBytes(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const out = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left & 0x7f) | 0x80);
    out.push(...groups);
  }
  return Uint8Array.from(out);
}
