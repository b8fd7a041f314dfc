/** Numbers of the DNS protocol (RFC 1035, 2782, 3596, 6891, 8482; IANA registry). */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

export const CLASS_IN = 1;

export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;

export const RCODE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(RCODE).map(([name, value]) => [value, name]));
export const TYPE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPE).map(([name, value]) => [value, name]));

export const HEADER_BYTES = 12;
/** Longest name on the wire, with its closing zero. */
export const MAX_NAME_BYTES = 255;
export const MAX_LABEL_BYTES = 63;

/** Bits of the second 16-bit word. */
export const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100, RA: 0x0080, AD: 0x0020, CD: 0x0010 } as const;

/** What fits every path without fragments (DNS flag day 2020), and what a client without EDNS takes. */
export const MAX_UDP_BYTES = 1232;
export const PLAIN_UDP_BYTES = 512;
