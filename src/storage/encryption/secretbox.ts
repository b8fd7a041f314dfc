import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../../base/clock.ts';
import type { ValueTransformer } from './transformer.ts';

const NONCE = 24;
const TAG = 16;
/** "expand 32-byte k", as four little-endian words. */
const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;

/** NaCl's secretbox (XSalsa20 and Poly1305): nonce (24 bytes, random), tag (16 bytes), ciphertext. Key of 32 bytes. */
export function secretbox(secret: Uint8Array, random: Random): ValueTransformer {
  return {
    toStorage: (value) => {
      const nonce = random.bytes(NONCE);
      return Buffer.concat([nonce, seal(value, nonce, secret)]);
    },
    fromStorage: (stored) => {
      if (stored.length < NONCE + TAG) throw new Error('the stored data was shorter than the required size');
      return { value: unseal(stored.subarray(NONCE), stored.subarray(0, NONCE), secret), stale: false };
    },
  };
}

/** Tag and ciphertext. */
export function seal(message: Uint8Array, nonce: Uint8Array, secret: Uint8Array): Uint8Array {
  const { macKey, stream } = keyStream(nonce, secret, message.length);
  const sealed = Buffer.alloc(TAG + message.length);
  for (let i = 0; i < message.length; i++) sealed[TAG + i] = (message[i] as number) ^ (stream[i] as number);
  sealed.set(poly1305(sealed.subarray(TAG), macKey));
  return sealed;
}

/** Throws when the tag does not fit. */
export function unseal(sealed: Uint8Array, nonce: Uint8Array, secret: Uint8Array): Uint8Array {
  const text = sealed.subarray(TAG);
  const { macKey, stream } = keyStream(nonce, secret, text.length);
  if (!timingSafeEqual(poly1305(text, macKey), sealed.subarray(0, TAG))) throw new Error('secretbox: message authentication failed');
  const message = Buffer.alloc(text.length);
  for (let i = 0; i < text.length; i++) message[i] = (text[i] as number) ^ (stream[i] as number);
  return message;
}

/** XSalsa20: the first 32 bytes of the stream are Poly1305's key. */
function keyStream(nonce: Uint8Array, secret: Uint8Array, length: number): { macKey: Uint8Array; stream: Uint8Array } {
  const key = words(secret);
  const n = words(nonce);
  // HSalsa20 turns the key and the first 16 bytes of the nonce into a key of its own.
  const mixed = salsaRounds(input(key, n.subarray(0, 4)));
  const subkey = Uint32Array.of(...[0, 5, 10, 15, 6, 7, 8, 9].map((i) => mixed[i] as number));
  const out = new Uint8Array(Math.ceil((32 + length) / 64) * 64);
  const view = new DataView(out.buffer);
  for (let block = 0; block * 64 < out.length; block++) {
    const state = input(subkey, Uint32Array.of(n[4] as number, n[5] as number, block, 0));
    const rounds = salsaRounds(state);
    for (let i = 0; i < 16; i++) view.setUint32(block * 64 + i * 4, ((rounds[i] as number) + (state[i] as number)) >>> 0, true);
  }
  return { macKey: out.subarray(0, 32), stream: out.subarray(32, 32 + length) };
}

/** Salsa20's matrix of constants, key and 16 bytes of nonce and counter. */
function input(key: Uint32Array, middle: Uint32Array): Uint32Array {
  const [s0, s1, s2, s3] = SIGMA;
  const k = (i: number) => key[i] as number;
  const m = (i: number) => middle[i] as number;
  return Uint32Array.of(s0, k(0), k(1), k(2), k(3), s1, m(0), m(1), m(2), m(3), s2, k(4), k(5), k(6), k(7), s3);
}

/** Column and row of each quarter round of a double round. */
const QUARTERS = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
] as const;

function salsaRounds(state: Uint32Array): Uint32Array {
  const x = Uint32Array.from(state);
  const mix = (to: number, a: number, b: number, bits: number) => {
    const sum = ((x[a] as number) + (x[b] as number)) | 0;
    x[to] = (x[to] as number) ^ ((sum << bits) | (sum >>> (32 - bits)));
  };
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of QUARTERS) {
      mix(b, a, d, 7);
      mix(c, b, a, 9);
      mix(d, c, b, 13);
      mix(a, d, c, 18);
    }
  }
  return x;
}

const P = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/** RFC 8439, 2.5. */
function poly1305(message: Uint8Array, key: Uint8Array): Uint8Array {
  const r = littleEndian(key.subarray(0, 16)) & CLAMP;
  let sum = 0n;
  for (let i = 0; i < message.length; i += 16) {
    const block = message.subarray(i, i + 16);
    sum = ((sum + littleEndian(block) + (1n << BigInt(8 * block.length))) * r) % P;
  }
  const tag = (sum + littleEndian(key.subarray(16, 32))) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getUint32(i * 4, true));
}
