import { Quantity } from '../../machinery/quantity.ts';
import type { MachineFacts } from '../../host/machine-facts.ts';
import { hugepageUnit } from '../cgroups/container-resources.ts';

export interface NodeResourcesInput {
  readonly machine: MachineFacts;
  readonly maxPods: number;
  /** Bytes of the file system that holds the kubelet's directories. */
  readonly storageBytes: number;
  readonly reserved: readonly Readonly<Record<string, string>>[];
  readonly evictionHard: Readonly<Record<string, string>>;
}

export interface NodeResources {
  readonly capacity: Record<string, string>;
  /** What pods may have: capacity less what is reserved and what eviction keeps free. */
  readonly allocatable: Record<string, string>;
}

/** https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/ */
export function nodeResources(input: NodeResourcesInput): NodeResources {
  const { machine } = input;
  const capacity = new Map<string, Quantity>([
    ['cpu', Quantity.of(machine.cpus)],
    ['memory', Quantity.of(machine.memory, 'BinarySI')],
    ['pods', Quantity.of(input.maxPods)],
    ['ephemeral-storage', Quantity.of(input.storageBytes, 'BinarySI')],
  ]);
  for (const [size, bytes] of machine.hugepages)
    capacity.set(`hugepages-${Quantity.of(size, 'BinarySI').toString()}`, Quantity.of(bytes, 'BinarySI'));
  const allocatable = new Map(capacity);
  const take = (name: string, amount: Quantity) => {
    const left = allocatable.get(name)?.sub(amount);
    if (left) allocatable.set(name, left.sign() < 0 ? Quantity.of(0, left.format) : left);
  };
  for (const list of input.reserved) for (const [name, amount] of Object.entries(list)) take(name, Quantity.parse(amount));
  take('memory', Quantity.of(thresholdBytes(input.evictionHard['memory.available'], machine.memory)));
  take('ephemeral-storage', Quantity.of(thresholdBytes(input.evictionHard['nodefs.available'], input.storageBytes)));
  for (const [name, amount] of capacity) if (name.startsWith('hugepages-')) take('memory', amount);
  return { capacity: texts(capacity), allocatable: texts(allocatable) };
}

/** A threshold in bytes: a quantity, or a percentage of the whole. */
export function thresholdBytes(threshold: string | undefined, whole: number): number {
  if (threshold === undefined) return 0;
  if (threshold.endsWith('%')) return Math.trunc((whole * Number(threshold.slice(0, -1))) / 100);
  return Quantity.parse(threshold).value();
}

function texts(list: ReadonlyMap<string, Quantity>): Record<string, string> {
  return Object.fromEntries([...list].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, amount]) => [name, amount.toString()]));
}

/** Names of the kernel's huge page sizes as runtimes know them: `2MB`. */
export function hugepageSizes(machine: MachineFacts): string[] {
  return [...machine.hugepages.keys()].map((size) => hugepageUnit(String(size)));
}
