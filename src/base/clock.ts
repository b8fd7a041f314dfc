/** Time as an argument: components take a Clock so that the whole control plane can run under virtual time. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall time, milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go back; for measuring durations. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds. The timer does not keep the process alive. */
  schedule(ms: number, fn: () => void): Timer;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** A number in [0, 1). */
  float(): number;
  /** RFC 4122 version 4. */
  uuid(): string;
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
}

/** RFC 3339 with seconds, as metav1.Time prints. */
export function formatTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** RFC 3339 with microseconds, as metav1.MicroTime prints. `ms` may be fractional. */
export function formatMicroTime(ms: number): string {
  const micros = Math.floor((ms % 1) * 1000);
  return new Date(Math.floor(ms)).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

/** Alphabet of generated name suffixes: no vowels and no look-alikes (k8s.io/apimachinery/pkg/util/rand). */
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

export function randomSuffix(random: Random, length = 5): string {
  let out = '';
  for (let i = 0; i < length; i++) out += SUFFIX_ALPHABET.charAt(Math.floor(random.float() * SUFFIX_ALPHABET.length));
  return out;
}
