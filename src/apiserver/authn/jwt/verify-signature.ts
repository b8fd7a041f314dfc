import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { ParsedToken } from '../service-account/jwt.ts';

/** A public key of an issuer (RFC 7517). */
export interface Jwk {
  readonly kid?: string;
  readonly kty?: string;
  readonly use?: string;
  readonly alg?: string;
  readonly [field: string]: unknown;
}

interface Algorithm {
  readonly hash: string;
  readonly type: 'rsa' | 'ec';
  readonly curve?: string;
  readonly pss?: boolean;
}

const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  RS256: { hash: 'sha256', type: 'rsa' },
  RS384: { hash: 'sha384', type: 'rsa' },
  RS512: { hash: 'sha512', type: 'rsa' },
  PS256: { hash: 'sha256', type: 'rsa', pss: true },
  PS384: { hash: 'sha384', type: 'rsa', pss: true },
  PS512: { hash: 'sha512', type: 'rsa', pss: true },
  ES256: { hash: 'sha256', type: 'ec', curve: 'prime256v1' },
  ES384: { hash: 'sha384', type: 'ec', curve: 'secp384r1' },
  ES512: { hash: 'sha512', type: 'ec', curve: 'secp521r1' },
};

export const SIGNING_ALGORITHMS: readonly string[] = Object.keys(ALGORITHMS);

/** Does one of the keys fit the token? The token only chooses among what `allowed` lists, and the key has to be of that kind. */
export function isSignedByJwk(token: ParsedToken, keys: readonly Jwk[], allowed: readonly string[]): boolean {
  const algorithm = allowed.includes(token.algorithm) ? ALGORITHMS[token.algorithm] : undefined;
  if (!algorithm) return false;
  const candidates = keys.filter((key) => (token.keyId === '' || key.kid === token.keyId) && key.use !== 'enc');
  return candidates.some((jwk) => {
    const key = importKey(jwk);
    return key !== undefined && fits(key, algorithm) && verify(algorithm.hash, token.signed, options(key, algorithm), token.signature);
  });
}

const imported = new WeakMap<Jwk, KeyObject | null>();

/** undefined for keys that cannot be used: an issuer may have others too. */
function importKey(jwk: Jwk): KeyObject | undefined {
  let key = imported.get(jwk);
  if (key === undefined) {
    try {
      key = jwk.kty === 'RSA' || jwk.kty === 'EC' ? createPublicKey({ key: jwk, format: 'jwk' }) : null;
    } catch {
      // Broken or of a kind that is not known here: as if it were not there.
      key = null;
    }
    imported.set(jwk, key);
  }
  return key ?? undefined;
}

function fits(key: KeyObject, { type, curve }: Algorithm): boolean {
  return key.asymmetricKeyType === type && (curve === undefined || key.asymmetricKeyDetails?.namedCurve === curve);
}

function options(key: KeyObject, { type, pss }: Algorithm): Parameters<typeof verify>[2] {
  if (type === 'ec') return { key, dsaEncoding: 'ieee-p1363' };
  return pss ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : { key };
}
