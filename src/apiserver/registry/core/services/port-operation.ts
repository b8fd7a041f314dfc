/** The node ports of one write: taken at once, given back when the write fails; a dry run takes none. */
import type { PortAllocator } from './port-allocator.ts';
import { AllocationError } from './ip-allocator.ts';

/** First guess of a dry run. */
const DUMMY_PORT = 32_769;

export class PortOperation {
  readonly #allocator: PortAllocator;
  readonly #dryRun: boolean;
  readonly #taken: number[] = [];

  constructor(allocator: PortAllocator, dryRun: boolean) {
    this.#allocator = allocator;
    this.#dryRun = dryRun;
  }

  /** Throws AllocationError. */
  allocate(port: number): void {
    if (!this.#dryRun) this.#allocator.allocate(port);
    else if (this.#allocator.has(port) || this.#taken.includes(port)) throw new AllocationError('provided port is already allocated');
    this.#taken.push(port);
  }

  /** Throws AllocationError. */
  allocateNext(): number {
    const port = this.#dryRun ? Math.max(DUMMY_PORT - 1, ...this.#taken) + 1 : this.#allocator.allocateNext();
    this.#taken.push(port);
    return port;
  }

  /** The write is over, one way or the other. */
  end(): void {
    if (!this.#dryRun) this.#allocator.settle(this.#taken);
  }
}
