import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '../../base/clock.ts';
import type { ValueTransformer } from './transformer.ts';

const NONCE = 12;
const TAG = 16;
const BLOCK = 16;
const TOO_SHORT = 'the stored data was shorter than the required size';

/** AES-GCM: nonce (12 bytes, random), ciphertext, tag (16 bytes); the storage key is authenticated with it. Key of 16, 24 or 32 bytes. */
export function aesGcm(secret: Uint8Array, random: Random): ValueTransformer {
  const name = `aes-${secret.byteLength * 8}-gcm` as 'aes-256-gcm';
  return {
    toStorage: (value, key) => {
      const nonce = random.bytes(NONCE);
      const cipher = createCipheriv(name, secret, nonce).setAAD(Buffer.from(key));
      return Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
    },
    fromStorage: (stored, key) => {
      if (stored.length < NONCE + TAG) throw new Error(TOO_SHORT);
      const end = stored.length - TAG;
      const cipher = createDecipheriv(name, secret, stored.subarray(0, NONCE)).setAAD(Buffer.from(key)).setAuthTag(stored.subarray(end));
      try {
        return { value: Buffer.concat([cipher.update(stored.subarray(NONCE, end)), cipher.final()]), stale: false };
      } catch (error) {
        throw new Error('cipher: message authentication failed', { cause: error });
      }
    },
  };
}

/** AES-CBC with PKCS#7 padding: initialisation vector (16 bytes, random), ciphertext. Nothing is authenticated. Key of 16, 24 or 32 bytes. */
export function aesCbc(secret: Uint8Array, random: Random): ValueTransformer {
  const name = `aes-${secret.byteLength * 8}-cbc`;
  return {
    toStorage: (value) => {
      const iv = random.bytes(BLOCK);
      const cipher = createCipheriv(name, secret, iv);
      return Buffer.concat([iv, cipher.update(value), cipher.final()]);
    },
    fromStorage: (stored) => {
      if (stored.length < 2 * BLOCK) throw new Error(TOO_SHORT);
      if (stored.length % BLOCK !== 0) throw new Error('the stored data is not a multiple of the block size');
      const cipher = createDecipheriv(name, secret, stored.subarray(0, BLOCK));
      try {
        return { value: Buffer.concat([cipher.update(stored.subarray(BLOCK)), cipher.final()]), stale: false };
      } catch (error) {
        throw new Error('invalid padding on input', { cause: error });
      }
    },
  };
}
