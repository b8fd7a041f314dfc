/** What a service takes from the cluster's pools: cluster IPs and node ports, in two phases around the write (pkg/registry/core/service/storage, alloc.go). */
import type { Service } from '../../../../api/core/v1.gen.ts';
import type { Random } from '../../../../base/clock.ts';
import { parseCidr, parseIp } from '../../../../base/ip.ts';
import { fieldPath, invalid, toInvalid } from '../../../../machinery/field.ts';
import { internalError } from '../../../../machinery/status-error.ts';
import type { RegistryReader } from '../../reader.ts';
import type { Transaction } from '../../strategy.ts';
import { AllocationError, allocateIp, allocateNextIp, releaseIp, servedFamilies } from './ip-allocator.ts';
import { initIpFamilies, type ClusterFamilies, type IpFamilyName } from './ip-families.ts';
import { keepsPreferredDualStack } from './linked-fields.ts';
import { createNodePorts, updateNodePorts } from './node-ports.ts';
import { PortAllocator } from './port-allocator.ts';
import { PortOperation } from './port-operation.ts';
import { HEADLESS } from './traits.ts';

export interface ServiceAllocatorOptions {
  /** Ranges of cluster IPs; the first one's family is the cluster's primary. */
  readonly serviceCidrs: readonly string[];
  /** First and last node port, inclusive. */
  readonly nodePortRange: readonly [number, number];
  readonly random: Random;
}

export class ServiceAllocator {
  readonly #o: ServiceAllocatorOptions;
  readonly #ports: PortAllocator;

  constructor(options: ServiceAllocatorOptions) {
    this.#o = options;
    this.#ports = new PortAllocator(options.nodePortRange, options.random);
  }

  /** Fills in families, addresses and ports of a new or changed service. Throws 422 and 500; what it took until then is given back. */
  async begin(service: Service, old: Service | undefined, registry: RegistryReader, dryRun: boolean): Promise<Transaction> {
    this.#ports.follow(registry);
    initIpFamilies(service, old, this.#families(registry));
    const taken: string[] = [];
    const operation = new PortOperation(this.#ports, dryRun);
    const giveBack = async () => {
      operation.end();
      if (!dryRun) for (const ip of taken) await releaseIp(registry, ip);
    };
    try {
      const released = old
        ? await this.#updateIps(service, old, registry, dryRun, taken)
        : await this.#createIps(service, registry, dryRun, taken);
      if (old) updateNodePorts(service, old, operation);
      else createNodePorts(service, operation);
      return { rollback: giveBack, commit: () => this.#commit(service, released, operation, registry, dryRun) };
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  async release({ spec }: Service, registry: RegistryReader): Promise<void> {
    if (spec.type === 'ExternalName' || spec.clusterIPs?.[0] === HEADLESS) return;
    for (const ip of spec.clusterIPs ?? []) await releaseIp(registry, ip);
  }

  async #commit(
    service: Service,
    released: readonly string[],
    operation: PortOperation,
    registry: RegistryReader,
    dryRun: boolean,
  ): Promise<void> {
    if (!dryRun) this.#ports.record(service);
    operation.end();
    if (!dryRun) for (const ip of released) await releaseIp(registry, ip);
  }

  #families(registry: RegistryReader): ClusterFamilies {
    const served = servedFamilies(registry);
    const configured = this.#o.serviceCidrs.map((text) => (parseCidr(text)?.family === 6 ? 'IPv6' : 'IPv4') as IpFamilyName);
    const all = new Set<string>([...configured, ...served].filter((family) => configured.includes(family as IpFamilyName)));
    return { primary: configured[0] ?? 'IPv4', has: (family) => all.has(family), count: all.size };
  }

  async #createIps(service: Service, registry: RegistryReader, dryRun: boolean, taken: string[]): Promise<string[]> {
    const { spec } = service;
    if (spec.type === 'ExternalName' || spec.clusterIPs?.[0] === HEADLESS) return [];
    const ips = (spec.clusterIPs ??= []);
    for (const [i, family] of (spec.ipFamilies ?? []).entries()) {
      ips[i] = await this.#take(service, family, ips[i] ?? '', registry, dryRun, taken);
      if (i === 0) spec.clusterIP = ips[i];
    }
    return [];
  }

  /** Gives what is to be released once the write is done. */
  async #updateIps(service: Service, old: Service, registry: RegistryReader, dryRun: boolean, taken: string[]): Promise<string[]> {
    const { spec } = service;
    if (keepsPreferredDualStack(service, old)) return [];
    if (old.spec.type === 'ExternalName' && spec.type !== 'ExternalName') return this.#createIps(service, registry, dryRun, taken);
    const before = old.spec.clusterIPs ?? [];
    if (before[0] === HEADLESS) return [];
    if (old.spec.type !== 'ExternalName' && spec.type === 'ExternalName') return [...before];
    const [was, now] = [old.spec.ipFamilies?.length ?? 0, spec.ipFamilies?.length ?? 0];
    if (was === 1 && now === 2) {
      const ips = (spec.clusterIPs ??= []);
      ips[1] = await this.#take(service, spec.ipFamilies?.[1] ?? '', ips[1] ?? '', registry, dryRun, taken);
      return [];
    }
    return was === 2 && now === 1 ? before.slice(1) : [];
  }

  async #take(
    service: Service,
    family: string,
    wanted: string,
    registry: RegistryReader,
    dryRun: boolean,
    taken: string[],
  ): Promise<string> {
    const path = fieldPath('spec', 'clusterIPs');
    const kind = { group: '', kind: 'Service' };
    const { name } = service.metadata;
    const before = [...(service.spec.clusterIPs ?? [])];
    try {
      const ip = parseIp(wanted);
      if (ip) await allocateIp(registry, service, ip, dryRun);
      const address = wanted || (await allocateNextIp(registry, service, family as IpFamilyName, this.#o.random, dryRun));
      taken.push(address);
      return address;
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      if (wanted) throw toInvalid(kind, name, [invalid(path, before, `failed to allocate IP ${wanted}: ${error.message}`)]);
      if (error.full) throw internalError(`failed to allocate a serviceIP for Service "${name}": ${error.message}`);
      throw toInvalid(kind, name, [invalid(path, before, `failed to allocate IP: ${error.message}`)]);
    }
  }
}
