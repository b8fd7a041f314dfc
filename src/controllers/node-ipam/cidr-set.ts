import { cidrContains, formatIp, parseCidr, type Cidr, type IpAddress } from '../../base/ip.ts';

/** The equal blocks of a range, and which of them are taken (pkg/controller/nodeipam/ipam/cidrset). */
export class CidrSet {
  readonly #cluster: Cidr;
  readonly #maskSize: number;
  readonly #used = new Set<number>();
  #next = 0;

  /** Throws when the mask is shorter than the range's, or (for IPv6) more than 16 bits longer. */
  constructor(cluster: Cidr, maskSize: number) {
    const bits = maskSize - cluster.prefixLength;
    if (bits < 0 || (cluster.family === 6 && bits > 16)) throw new Error('New CIDR set failed; the node CIDR size is too big');
    this.#cluster = cluster;
    this.#maskSize = maskSize;
  }

  get size(): number {
    return 2 ** (this.#maskSize - this.#cluster.prefixLength);
  }

  /** The next free block, in turn, so that a block just freed is not given out at once. Throws when none is left. */
  allocate(): string {
    if (this.#used.size >= this.size) {
      throw new Error('CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range');
    }
    let candidate = this.#next;
    while (this.#used.has(candidate)) candidate = (candidate + 1) % this.size;
    this.#next = (candidate + 1) % this.size;
    this.#used.add(candidate);
    return this.#block(candidate);
  }

  /** Marks every block that overlaps `cidr`. Throws when it lies outside the range. */
  occupy(cidr: string): void {
    for (const index of this.#indexes(cidr)) this.#used.add(index);
  }

  release(cidr: string): void {
    for (const index of this.#indexes(cidr)) this.#used.delete(index);
  }

  *#indexes(text: string): Generator<number> {
    const cidr = parseCidr(text);
    if (!cidr) throw new Error(`failed to parse CIDR ${text}`);
    const inside = cidrContains(this.#cluster, cidr.network);
    if (!inside && !cidrContains(cidr, this.#cluster.network)) {
      throw new Error(`cidr ${text} is out the range of cluster cidr ${formatIp(this.#cluster.network)}/${this.#cluster.prefixLength}`);
    }
    if (cidr.prefixLength <= this.#cluster.prefixLength) {
      for (let i = 0; i < this.size; i++) yield i;
      return;
    }
    const width = this.#width() - BigInt(this.#maskSize);
    const first = Number((toBigInt(cidr.network) - toBigInt(this.#cluster.network)) >> width);
    const count = Math.max(1, 2 ** (this.#maskSize - cidr.prefixLength));
    for (let i = 0; i < count; i++) yield first + i;
  }

  #block(index: number): string {
    const value = toBigInt(this.#cluster.network) + (BigInt(index) << (this.#width() - BigInt(this.#maskSize)));
    const bytes = Uint8Array.from({ length: Number(this.#width()) / 8 }, (_, i, w = this.#width()) =>
      Number((value >> (w - 8n - BigInt(i) * 8n)) & 0xffn),
    );
    return `${formatIp({ family: this.#cluster.family, bytes })}/${this.#maskSize}`;
  }

  #width(): bigint {
    return this.#cluster.family === 4 ? 32n : 128n;
  }
}

function toBigInt({ bytes }: IpAddress): bigint {
  return bytes.reduce((n, byte) => (n << 8n) | BigInt(byte), 0n);
}
