import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const signAsync = promisify(sign) as unknown as (hash: string, data: Buffer, key: object) => Promise<Buffer>;

interface Algorithm {
  readonly name: string;
  readonly hash: string;
  readonly curve?: string;
}

const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  rsa: { name: 'RS256', hash: 'sha256' },
  prime256v1: { name: 'ES256', hash: 'sha256', curve: 'P-256' },
  secp384r1: { name: 'ES384', hash: 'sha384', curve: 'P-384' },
  secp521r1: { name: 'ES512', hash: 'sha512', curve: 'P-521' },
};

/** A key that service account tokens are signed and checked with. The algorithm follows from the key, never from a token. */
export class SigningKey {
  readonly keyId: string;
  readonly algorithm: string;
  readonly #hash: string;
  readonly #public: KeyObject;
  readonly #private: KeyObject | undefined;

  private constructor(key: KeyObject) {
    this.#private = key.type === 'private' ? key : undefined;
    this.#public = key.type === 'private' ? createPublicKey(key) : key;
    const kind = this.#public.asymmetricKeyType === 'ec' ? this.#public.asymmetricKeyDetails?.namedCurve : this.#public.asymmetricKeyType;
    const algorithm = ALGORITHMS[kind ?? ''];
    if (!algorithm)
      throw new Error(`Cannot use service account key: ${kind ?? 'unknown type'} is neither RSA nor ECDSA on P-256, P-384 or P-521`);
    this.algorithm = algorithm.name;
    this.#hash = algorithm.hash;
    // As upstream derives it, so that both find each other's keys: SHA-256 of the public key's DER.
    this.keyId = createHash('sha256')
      .update(this.#public.export({ type: 'spki', format: 'der' }))
      .digest('base64url');
  }

  /** The first key of a PEM text, private or public. Throws when there is none that can be used. */
  static fromPem(pem: string): SigningKey {
    return new SigningKey(pem.includes('PRIVATE KEY') ? createPrivateKey(pem) : createPublicKey(pem));
  }

  /** Every key of a PEM file (`--service-account-key-file` may hold several). */
  static allFromPem(pem: string): SigningKey[] {
    const blocks = pem.match(/-----BEGIN [A-Z ]*(?:KEY|CERTIFICATE)-----[^-]+-----END [A-Z ]*(?:KEY|CERTIFICATE)-----/g) ?? [];
    // `openssl ecparam -genkey` puts the parameters in front of the key.
    const keys = blocks.filter((b) => !b.includes('PARAMETERS')).map((b) => SigningKey.fromPem(b));
    if (keys.length === 0) throw new Error('Cannot read service account keys: no PEM key found');
    return keys;
  }

  get canSign(): boolean {
    return this.#private !== undefined;
  }

  async sign(data: Buffer): Promise<Buffer> {
    if (!this.#private) throw new Error('Cannot sign a service account token: this is only a public key');
    return signAsync(this.#hash, data, this.#withEncoding(this.#private));
  }

  verify(data: Buffer, signature: Buffer): boolean {
    return verify(this.#hash, data, this.#withEncoding(this.#public), signature);
  }

  /** RFC 7517, the fields in the order of Go's JOSE library. */
  toJwk(): Record<string, string> {
    const { kty = '', crv, x, y, n, e } = this.#public.export({ format: 'jwk' });
    const head = { use: 'sig', kty, kid: this.keyId };
    const field = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value });
    return { ...head, ...field('crv', crv), alg: this.algorithm, ...field('n', n), ...field('e', e), ...field('x', x), ...field('y', y) };
  }

  #withEncoding(key: KeyObject): { key: KeyObject; dsaEncoding?: 'ieee-p1363' } {
    return this.algorithm.startsWith('ES') ? { key, dsaEncoding: 'ieee-p1363' } : { key };
  }
}
