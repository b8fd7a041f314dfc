import type { RegistryReader } from '../registry/reader.ts';
import { draft } from './draft.ts';
import { ensure } from './ensure.ts';

/** Above this only the system's own classes may go. */
export const HIGHEST_USER_PRIORITY = 1_000_000_000;

const GROUP = 'scheduling.k8s.io';
const make = (name: string, value: number, description: string) =>
  draft(`${GROUP}/v1`, 'PriorityClass', { name }, { value, description, preemptionPolicy: 'PreemptLowerPriority' });

/** The classes that exist in every cluster (pkg/apis/scheduling/v1/helpers.go). */
export function systemPriorityClasses() {
  return [
    make(
      'system-node-critical',
      2 * HIGHEST_USER_PRIORITY + 1000,
      'Used for system critical pods that must not be moved from their current node.',
    ),
    make(
      'system-cluster-critical',
      2 * HIGHEST_USER_PRIORITY,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ),
  ];
}

export async function ensurePriorityClasses(registry: RegistryReader): Promise<void> {
  await Promise.all(systemPriorityClasses().map((c) => ensure(registry, GROUP, 'priorityclasses', c)));
}
