import { childrenOf, children, readDer, readOid, readSmallInteger, readTime, SEQUENCE, type DerValue } from './read-der.ts';
import { readName, type NameAttribute } from './distinguished-name.ts';

/** The parts of an X.509 certificate (RFC 5280) that chain verification and authentication look at. */
export interface Certificate {
  readonly raw: Buffer;
  readonly subject: readonly NameAttribute[];
  readonly rawSubject: Buffer;
  readonly rawIssuer: Buffer;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly signatureAlgorithm: string;
  /** undefined: the extension is not there. */
  readonly isCa: boolean | undefined;
  readonly maxPathLength: number | undefined;
  /** Bits of keyUsage, bit 0 = digitalSignature; undefined: not there. */
  readonly keyUsage: number | undefined;
  /** undefined: good for anything. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly hasNameConstraints: boolean;
  readonly hasAlternativeNames: boolean;
  /** OIDs of critical extensions that nothing here understands. */
  readonly unknownCritical: readonly string[];
}

export const KEY_CERT_SIGN = 1 << 5;

/** Throws DerError when the bytes are no certificate. */
export function parseCertificate(der: Buffer): Certificate {
  const [tbs, algorithm] = childrenOf(readDer(der), SEQUENCE);
  const fields = childrenOf(tbs, SEQUENCE);
  if (fields[0]?.tag === 0xa0) fields.shift();
  const [, , issuer, validity, subject] = fields;
  const [notBefore, notAfter] = childrenOf(validity, SEQUENCE);
  return {
    raw: der,
    subject: readName(subject),
    rawSubject: subject?.raw ?? Buffer.alloc(0),
    rawIssuer: issuer?.raw ?? Buffer.alloc(0),
    notBeforeMs: readTime(notBefore),
    notAfterMs: readTime(notAfter),
    signatureAlgorithm: readOid(childrenOf(algorithm, SEQUENCE)[0]),
    ...readExtensions(fields.find((f) => f.tag === 0xa3)),
  };
}

type Extensions = Pick<
  Certificate,
  'isCa' | 'maxPathLength' | 'keyUsage' | 'extendedKeyUsage' | 'hasNameConstraints' | 'hasAlternativeNames' | 'unknownCritical'
>;

/** Extensions that may be critical although nothing here looks into them: identifiers, policies, distribution points. */
const HARMLESS = new Set(['2.5.29.14', '2.5.29.35', '2.5.29.31', '2.5.29.32']);

function readExtensions(wrapper: DerValue | undefined): Extensions {
  const out = {
    isCa: undefined,
    maxPathLength: undefined,
    keyUsage: undefined,
    extendedKeyUsage: undefined,
    hasNameConstraints: false,
    hasAlternativeNames: false,
    unknownCritical: [],
  } as {
    -readonly [K in keyof Extensions]: Extensions[K];
  };
  const unknown: string[] = [];
  for (const extension of wrapper ? childrenOf(children(wrapper)[0], SEQUENCE) : []) {
    const parts = childrenOf(extension, SEQUENCE);
    const oid = readOid(parts[0]);
    const critical = parts[1]?.tag === 0x01 && parts[1].content[0] !== 0;
    const body = parts.at(-1)?.content ?? Buffer.alloc(0);
    if (oid === '2.5.29.19') Object.assign(out, readBasicConstraints(readDer(body)));
    else if (oid === '2.5.29.15') out.keyUsage = readBits(readDer(body));
    else if (oid === '2.5.29.37') out.extendedKeyUsage = childrenOf(readDer(body), SEQUENCE).map(readOid);
    else if (oid === '2.5.29.30') out.hasNameConstraints = true;
    else if (oid === '2.5.29.17') out.hasAlternativeNames = true;
    else if (critical && !HARMLESS.has(oid)) unknown.push(oid);
  }
  out.unknownCritical = unknown;
  return out;
}

function readBasicConstraints(value: DerValue): { isCa: boolean; maxPathLength: number | undefined } {
  const parts = childrenOf(value, SEQUENCE);
  const isCa = parts[0]?.tag === 0x01 && parts[0].content[0] !== 0;
  const length = parts.find((p) => p.tag === 0x02);
  return { isCa, maxPathLength: length && readSmallInteger(length) };
}

function readBits(value: DerValue): number {
  let bits = 0;
  const bytes = value.content.subarray(1, 3);
  for (let i = 0; i < bytes.length * 8; i++) if (((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1) bits |= 1 << i;
  return bits;
}
