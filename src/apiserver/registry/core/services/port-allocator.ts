/**
 * Node ports in use: those of stored services, plus those of writes under way. The lower part of the range is left to services that
 * name their port, as long as the upper part has room (KEP-3668).
 */
import type { Service } from '../../../../api/core/v1.gen.ts';
import type { Random } from '../../../../base/clock.ts';
import { keyOf } from '../../../../api/object.ts';
import type { RegistryReader } from '../../reader.ts';
import { AllocationError } from './ip-allocator.ts';
import { needsHealthCheck, nodePortsOf } from './traits.ts';

const MIN_RESERVED = 16;
const MAX_RESERVED = 128;

export class PortAllocator {
  readonly #first: number;
  readonly #last: number;
  readonly #random: Random;
  /** How many services hold a port. */
  readonly #stored = new Map<number, number>();
  readonly #byService = new Map<string, readonly number[]>();
  /** Ports of writes that have not been seen in the store yet. */
  readonly #pending = new Set<number>();
  #following = false;

  constructor(range: readonly [number, number], random: Random) {
    [this.#first, this.#last] = range;
    this.#random = random;
  }

  /** Learns the ports of all services and follows their changes; further calls do nothing. */
  follow(registry: RegistryReader): void {
    if (this.#following) return;
    this.#following = true;
    const services = registry.reader('', 'services');
    for (const object of services.list()) this.#see(object as unknown as Service);
    services.subscribe(({ type, object }) =>
      type === 'DELETED' ? this.#forget(object as unknown as Service) : this.#see(object as unknown as Service),
    );
  }

  has(port: number): boolean {
    return this.#stored.has(port) || this.#pending.has(port);
  }

  /** Throws AllocationError. */
  allocate(port: number): void {
    if (port < this.#first || port > this.#last) {
      throw new AllocationError(`provided port is not in the valid range. The range of valid ports is ${this.#first}-${this.#last}`);
    }
    if (this.has(port)) throw new AllocationError('provided port is already allocated');
    this.#pending.add(port);
  }

  /** Throws AllocationError. */
  allocateNext(): number {
    const size = this.#last - this.#first + 1;
    const reserved = size <= MIN_RESERVED ? 0 : Math.min(Math.max(Math.floor(size / 32), MIN_RESERVED), MAX_RESERVED);
    const port = this.#free(this.#first + reserved, this.#last) ?? this.#free(this.#first, this.#first + reserved - 1);
    if (port === undefined) throw new AllocationError('range is full', true);
    this.#pending.add(port);
    return port;
  }

  /** Ends a write: its ports are free again unless a stored service holds them. */
  settle(ports: readonly number[]): void {
    for (const port of ports) this.#pending.delete(port);
  }

  /** A written service: its ports stay taken even before the store's event arrives. */
  record(service: Service): void {
    this.#see(service);
  }

  #free(first: number, last: number): number | undefined {
    const size = last - first + 1;
    if (size <= 0) return undefined;
    const start = Math.floor(this.#random.float() * size);
    for (let i = 0; i < size; i++) {
      const port = first + ((start + i) % size);
      if (!this.has(port)) return port;
    }
    return undefined;
  }

  #see(service: Service): void {
    this.#forget(service);
    const ports = [
      ...new Set([
        ...nodePortsOf(service),
        ...(needsHealthCheck(service) && service.spec.healthCheckNodePort ? [service.spec.healthCheckNodePort] : []),
      ]),
    ];
    if (ports.length === 0) return;
    this.#byService.set(keyOf(service), ports);
    for (const port of ports) this.#stored.set(port, (this.#stored.get(port) ?? 0) + 1);
  }

  #forget(service: Service): void {
    const key = keyOf(service);
    for (const port of this.#byService.get(key) ?? []) {
      const left = (this.#stored.get(port) ?? 0) - 1;
      if (left > 0) this.#stored.set(port, left);
      else this.#stored.delete(port);
    }
    this.#byService.delete(key);
  }
}
