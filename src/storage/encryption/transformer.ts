/** What a value goes through on its way to the store and back (k8s.io/apiserver/pkg/storage/value). */
export interface ValueTransformer {
  /** `key` is the storage key: providers that authenticate bind the value to it, so that it cannot be moved to another key. */
  toStorage(value: Uint8Array, key: string): Uint8Array;
  /** Throws when the value is damaged, moved, or of a key that is not configured. */
  fromStorage(stored: Uint8Array, key: string): TransformedValue;
}

export interface TransformedValue {
  readonly value: Uint8Array;
  /** A write would store it in another way today. */
  readonly stale: boolean;
}

/** One way of storing, known by what its values begin with. */
export interface PrefixTransformer {
  readonly prefix: string;
  readonly transformer: ValueTransformer;
}

const ENCRYPTED = Buffer.from('k8s:enc:');

/** Values as they are. Refuses to read what an encrypting provider wrote, which would otherwise pass for an object. */
export const identityTransformer: ValueTransformer = {
  toStorage: (value) => value,
  fromStorage: (stored) => {
    if (startsWith(stored, ENCRYPTED)) throw new Error('identity transformer tried to read encrypted data');
    return { value: stored, stale: false };
  },
};

/** Writes with the first; reads with every one whose prefix fits until one succeeds. What others than the first read is stale. */
export function prefixTransformers(transformers: readonly PrefixTransformer[], noneFits = 'no matching prefix found'): ValueTransformer {
  const known = transformers.map(({ prefix, transformer }) => ({ prefix: Buffer.from(prefix), transformer }));
  const first = known[0];
  if (!first) throw new Error('Cannot transform values: there is no provider');
  return {
    toStorage: (value, key) =>
      first.prefix.length === 0
        ? first.transformer.toStorage(value, key)
        : Buffer.concat([first.prefix, first.transformer.toStorage(value, key)]),
    fromStorage: (stored, key) => {
      let failure: Error | undefined;
      for (const candidate of known) {
        if (!startsWith(stored, candidate.prefix)) continue;
        try {
          const { value, stale } = candidate.transformer.fromStorage(stored.subarray(candidate.prefix.length), key);
          return { value, stale: stale || candidate !== first };
        } catch (error) {
          // Two providers may share a prefix while a key is rotated; identity fails on what another one wrote.
          if (candidate.prefix.length > 0) failure ??= error as Error;
        }
      }
      throw new Error(`Cannot read the value of ${key}: ${failure?.message ?? noneFits}`, { cause: failure });
    },
  };
}

function startsWith(bytes: Uint8Array, prefix: Buffer): boolean {
  return bytes.length >= prefix.length && prefix.compare(bytes, 0, prefix.length) === 0;
}
