import { cidrAddress, formatIp, parseCidr, type Cidr } from '../../base/ip.ts';

/** Addresses of a node's pods, one after another, so that one just freed is not given out at once. The first one is the gateway's. */
export class PodAddresses {
  readonly #cidr: Cidr;
  readonly #size: number;
  readonly #used = new Set<number>();
  readonly #offsets = new Map<string, number>();
  #next = 2;

  /** Throws when `cidr` is none. */
  constructor(cidr: string) {
    const parsed = parseCidr(cidr);
    if (!parsed) throw new Error(`Cannot give addresses to pods: "${cidr}" is no address range`);
    this.#cidr = parsed;
    const bits = (parsed.family === 4 ? 32 : 128) - parsed.prefixLength;
    // Without the network's own, the gateway's and the broadcast address.
    this.#size = 2 ** Math.min(bits, 30) - 1;
  }

  /** Throws when none is left. */
  take(): string {
    for (let tries = 0; tries < this.#size; tries++) {
      const offset = this.#next;
      this.#next = offset + 1 >= this.#size ? 2 : offset + 1;
      const address = this.#used.has(offset) ? undefined : cidrAddress(this.#cidr, offset);
      if (!address) continue;
      this.#used.add(offset);
      const text = formatIp(address);
      this.#offsets.set(text, offset);
      return text;
    }
    throw new Error(`no IP addresses available in range set: ${formatIp(this.#cidr.network)}/${this.#cidr.prefixLength}`);
  }

  free(address: string): void {
    const offset = this.#offsets.get(address);
    if (offset === undefined) return;
    this.#offsets.delete(address);
    this.#used.delete(offset);
  }
}
