/** JSON Web Tokens in compact form (RFC 7515, RFC 7519), signed with the keys of service accounts. */
import type { SigningKey } from './keys.ts';

export interface TokenReference {
  readonly name: string;
  readonly uid?: string;
}

/** What tokens of TokenRequest carry (pkg/serviceaccount/claims.go). Times in seconds since the epoch. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly 'kubernetes.io'?: {
    readonly namespace: string;
    readonly serviceaccount: TokenReference;
    readonly pod?: TokenReference;
    readonly secret?: TokenReference;
    readonly node?: TokenReference;
    readonly warnafter?: number;
  };
}

export interface ParsedToken {
  readonly keyId: string;
  readonly algorithm: string;
  /** Not to be trusted before the signature is checked. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Tokens longer than this are refused unread. */
const MAX_TOKEN_BYTES = 64 * 1024;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** undefined when the text is no token in this form. */
export function parseToken(token: string): ParsedToken | undefined {
  if (token.length > MAX_TOKEN_BYTES) return undefined;
  const parts = token.split('.');
  const [header = '', payload = '', signature = ''] = parts;
  if (parts.length !== 3 || !parts.every((p) => BASE64URL.test(p))) return undefined;
  const head = parseObject(header);
  const claims = parseObject(payload);
  if (!head || !claims) return undefined;
  // A token that demands header extensions is one we do not understand (RFC 7515, 4.1.11).
  if ('crit' in head || typeof head['alg'] !== 'string') return undefined;
  return {
    keyId: typeof head['kid'] === 'string' ? head['kid'] : '',
    algorithm: head['alg'],
    claims,
    signed: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** True when one of the keys made the signature. A key id in the token limits the search to that key. */
export function isSignedBy(token: ParsedToken, keys: readonly SigningKey[]): boolean {
  return keys.some(
    (key) =>
      (token.keyId === '' || token.keyId === key.keyId) && token.algorithm === key.algorithm && key.verify(token.signed, token.signature),
  );
}

/** Claims come out sorted by name, as upstream's do. */
export async function signToken(claims: Readonly<Record<string, unknown>>, key: SigningKey): Promise<string> {
  const sorted = Object.fromEntries(Object.entries(claims).sort(([a], [b]) => (a < b ? -1 : 1)));
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: key.algorithm, kid: key.keyId })}.${encode(sorted)}`;
  return `${signed}.${(await key.sign(Buffer.from(signed))).toString('base64url')}`;
}

function parseObject(base64url: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Not JSON: not a token.
    return undefined;
  }
}
