/** Which API servers are alive: each writes its address down every few seconds. */
import type { Clock } from '../../../../base/clock.ts';
import type { Storage } from '../../../../storage/storage.ts';

const PREFIX = '/registry/masterleases/';
/** A server that says nothing for so long is taken for dead. */
const LEASE_MS = 15_000;

interface ServerLease {
  readonly address: string;
  readonly renewedAtMs: number;
}

export class ServerLeases {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #address: string;

  constructor(storage: Storage, clock: Clock, address: string) {
    this.#storage = storage;
    this.#clock = clock;
    this.#address = address;
  }

  /** Rejects when the storage does. Nobody else writes this server's key; a lost race means that it was renewed a moment ago. */
  async renew(): Promise<void> {
    const key = PREFIX + this.#address;
    const lease: ServerLease = { address: this.#address, renewedAtMs: this.#clock.now() };
    const value = Buffer.from(JSON.stringify(lease));
    const current = await this.#storage.get(key);
    if (current) await this.#storage.update(key, value, current.modRevision);
    else await this.#storage.create(key, value);
  }

  async remove(): Promise<void> {
    const key = PREFIX + this.#address;
    const current = await this.#storage.get(key);
    if (current) await this.#storage.delete(key, current.modRevision);
  }

  /** Addresses of the living, sorted. */
  async list(): Promise<string[]> {
    const { items } = await this.#storage.list(PREFIX);
    const now = this.#clock.now();
    return items
      .map(({ value }) => JSON.parse(Buffer.from(value).toString('utf8')) as ServerLease)
      .filter(({ renewedAtMs }) => now - renewedAtMs < LEASE_MS)
      .map(({ address }) => address)
      .sort();
  }
}
