import type { ActuatedResources, ContainerResources } from './pod-actions.ts';

interface PodRecord {
  pod?: ContainerResources;
  readonly containers: Record<string, ContainerResources>;
}

export interface ActuatedStore {
  load(): Record<string, PodRecord>;
  save(records: Record<string, PodRecord>): void;
}

/** What was last written to the runtime for each container, kept across restarts of the kubelet (actuated_pods_state). */
export class ActuatedRecords implements ActuatedResources {
  readonly #store: ActuatedStore;
  readonly #records: Record<string, PodRecord>;

  constructor(store: ActuatedStore) {
    this.#store = store;
    this.#records = store.load();
  }

  container(podUid: string, name: string): ContainerResources | undefined {
    return this.#records[podUid]?.containers[name];
  }

  pod(podUid: string): ContainerResources | undefined {
    return this.#records[podUid]?.pod;
  }

  setContainer(podUid: string, name: string, resources: ContainerResources): void {
    this.#record(podUid).containers[name] = resources;
    this.#store.save(this.#records);
  }

  setPod(podUid: string, resources: ContainerResources): void {
    this.#record(podUid).pod = resources;
    this.#store.save(this.#records);
  }

  retain(keep: (podUid: string) => boolean): void {
    const gone = Object.keys(this.#records).filter((uid) => !keep(uid));
    for (const uid of gone) delete this.#records[uid];
    if (gone.length > 0) this.#store.save(this.#records);
  }

  #record(podUid: string): PodRecord {
    return (this.#records[podUid] ??= { containers: {} });
  }
}
