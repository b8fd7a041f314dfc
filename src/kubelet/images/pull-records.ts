/**
 * Which pods may use an image that is on the node because it was pulled with somebody's credentials (KEP-2535). An image that was there before the
 * kubelet, or was pulled without credentials, is open to all; one pulled with a secret is open to pods that bring the same secret or the same login.
 */
import { createHash } from 'node:crypto';
import type { RegistryCredential } from './docker-config.ts';

export interface PullRecord {
  /** Names under which it was pulled. */
  readonly images: readonly string[];
  /** Anybody may use it. */
  readonly open: boolean;
  /** Hashes of credentials that pulled it. */
  readonly credentialHashes: readonly string[];
  readonly secretUids: readonly string[];
}

export interface PullRecordStore {
  load(): ReadonlyMap<string, PullRecord>;
  /** Keeps a record under the runtime's id of the image. */
  save(imageRef: string, record: PullRecord): void;
}

export class PullRecords {
  readonly #records: Map<string, PullRecord>;
  readonly #store: PullRecordStore;

  constructor(store: PullRecordStore) {
    this.#store = store;
    this.#records = new Map(store.load());
  }

  mayUse(image: string, imageRef: string, credentials: readonly RegistryCredential[]): boolean {
    const record = this.#records.get(imageRef);
    if (!record || record.open || !record.images.includes(image)) return !record || record.open;
    return credentials.some(
      (c) => record.credentialHashes.includes(hash(c)) || (c.secret !== undefined && record.secretUids.includes(c.secret.uid)),
    );
  }

  /** A pull succeeded, with this credential or with none. */
  pulled(image: string, imageRef: string, credential: RegistryCredential | undefined): void {
    const old = this.#records.get(imageRef);
    const record: PullRecord = {
      images: union(old?.images, image),
      open: (old?.open ?? false) || credential === undefined,
      credentialHashes: union(old?.credentialHashes, credential && hash(credential)),
      secretUids: union(old?.secretUids, credential?.secret?.uid),
    };
    this.#records.set(imageRef, record);
    this.#store.save(imageRef, record);
  }
}

function union(list: readonly string[] | undefined, item: string | undefined): string[] {
  return [...new Set([...(list ?? []), ...(item === undefined ? [] : [item])])];
}

function hash(credential: RegistryCredential): string {
  return createHash('sha256').update(`${credential.username}\0${credential.password}`).digest('hex');
}
