/** Which resources the node has agreed to give each pod; they trail behind the spec while a resize waits (KEP-1287). */
import type { Container, Pod, ResourceRequirements } from '../../api/core/v1.gen.ts';
import { isRestartableInit } from '../pod/containers.ts';
import { sameJson } from '../status/status-patch.ts';

interface Allocation {
  readonly pod?: ResourceRequirements | undefined;
  readonly containers: Readonly<Record<string, ResourceRequirements>>;
}

export interface AllocationStore {
  load(): Record<string, Allocation>;
  save(allocations: Record<string, Allocation>): void;
}

export class Allocations {
  readonly #store: AllocationStore;
  readonly #allocations: Record<string, Allocation>;

  constructor(store: AllocationStore) {
    this.#store = store;
    this.#allocations = store.load();
  }

  /** The pod with the resources it was given; the very object when they are what it asks for. */
  allocated(pod: Pod): Pod {
    const allocation = this.#allocations[pod.metadata.uid];
    if (!allocation || !differs(pod, allocation)) return pod;
    const given = (container: Container) => {
      const resources = allocation.containers[container.name];
      return resources ? { ...container, resources } : container;
    };
    const { initContainers, resources: _asked, ...spec } = pod.spec;
    return {
      ...pod,
      spec: {
        ...spec,
        containers: spec.containers.map(given),
        ...(initContainers && { initContainers: initContainers.map(given) }),
        ...(allocation.pod && { resources: allocation.pod }),
      },
    };
  }

  /** Gives the pod what it asks for. */
  set(pod: Pod): void {
    const known = this.#allocations[pod.metadata.uid];
    if (known && !differs(pod, known)) return;
    this.#allocations[pod.metadata.uid] = allocationOf(pod);
    this.#store.save(this.#allocations);
  }

  retain(uids: ReadonlySet<string>): void {
    const gone = Object.keys(this.#allocations).filter((uid) => !uids.has(uid));
    for (const uid of gone) delete this.#allocations[uid];
    if (gone.length > 0) this.#store.save(this.#allocations);
  }
}

function allocationOf({ spec }: Pod): Allocation {
  const containers: Record<string, ResourceRequirements> = {};
  for (const c of resizableContainers(spec)) containers[c.name] = c.resources ?? {};
  return { ...(spec.resources && { pod: spec.resources }), containers };
}

function differs({ spec }: Pod, allocation: Allocation): boolean {
  if (!sameJson(spec.resources, allocation.pod)) return true;
  return resizableContainers(spec).some((c) => {
    const given = allocation.containers[c.name];
    return given !== undefined && !sameJson(c.resources ?? {}, given);
  });
}

function resizableContainers(spec: Pod['spec']): Container[] {
  return [...(spec.initContainers ?? []).filter(isRestartableInit), ...spec.containers];
}
