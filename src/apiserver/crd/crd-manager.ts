/**
 * Follows CustomResourceDefinitions: accepts their names, puts their versions on the air and takes them off, and empties a definition
 * that is being deleted (k8s.io/apiextensions-apiserver/pkg/controller: status, establish, finalizer).
 */
import type { CustomResourceDefinition } from '../../api/apiextensions/v1.gen.ts';
import { formatTime, type Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { WorkQueue, runWorkers } from '../../client/work-queue.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import { hasCondition, setCondition } from '../registry/apiextensions/customresourcedefinitions/conditions.ts';
import { CLEANUP_FINALIZER } from '../registry/apiextensions/customresourcedefinitions/strategy.ts';
import type { Registry } from '../registry/registry.ts';
import { planNames } from './plan-names.ts';
import { servedCustom, type CustomResourceDeps } from './custom-resource.ts';

const GROUP = 'apiextensions.k8s.io';
const RESOURCE = 'customresourcedefinitions';

export interface CrdManagerOptions extends Omit<CustomResourceDeps, 'current'> {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export class CrdManager {
  readonly #options: CrdManagerOptions;
  readonly #queue: WorkQueue;
  /** Versions on the air, by definition name. */
  readonly #onAir = new Map<string, { group: string; resource: string; versions: string[] }>();
  /** Counts changes of what is served, for documents made of it. */
  generation = 0;

  constructor(options: CrdManagerOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(options.clock);
  }

  /** Resolves when every established definition that is stored is served. */
  async start(): Promise<void> {
    const { registry, log, signal } = this.#options;
    const reader = registry.reader(GROUP, RESOURCE);
    for (const crd of this.definitions()) if (hasCondition(crd, 'Established')) await this.#serve(crd);
    const stop = reader.subscribe((event) => this.#queue.add(event.object.metadata.name));
    signal.addEventListener('abort', stop, { once: true });
    runWorkers({ queue: this.#queue, workers: 4, log, signal, reconcile: (name) => this.#reconcile(name), isExpected: isConflict }).catch((error: unknown) => log.error('definitions are not followed any more', error));
  }

  definitions(): CustomResourceDefinition[] {
    return this.#options.registry.reader(GROUP, RESOURCE).list() as unknown as CustomResourceDefinition[];
  }

  #current(name: string): CustomResourceDefinition | undefined {
    return this.#options.registry.reader(GROUP, RESOURCE).get('', name) as unknown as CustomResourceDefinition | undefined;
  }

  async #reconcile(name: string): Promise<void> {
    const crd = this.#current(name);
    if (!crd) return this.#withdraw(name);
    if (crd.metadata.deletionTimestamp !== undefined && (crd.metadata.finalizers ?? []).includes(CLEANUP_FINALIZER)) return this.#empty(crd);
    const updated = await this.#accept(crd);
    if (hasCondition(updated, 'Established')) await this.#serve(updated);
  }

  /** Takes the names, unless others have them, and establishes the definition. */
  async #accept(crd: CustomResourceDefinition): Promise<CustomResourceDefinition> {
    const plan = planNames(crd, this.definitions());
    const now = formatTime(this.#options.clock.now());
    const next = structuredClone(crd);
    next.status = { ...next.status, acceptedNames: plan.accepted };
    let changed = JSON.stringify(crd.status?.acceptedNames) !== JSON.stringify(plan.accepted);
    for (const condition of plan.conditions) changed = setCondition(next, condition, now) || changed;
    return changed ? this.#write(next) : crd;
  }

  async #write(next: CustomResourceDefinition): Promise<CustomResourceDefinition> {
    const { registry } = this.#options;
    const written = await registry.update(GROUP, RESOURCE, '', next.metadata.name, (current) => ({ ...current, metadata: { ...current.metadata, finalizers: next.metadata.finalizers, resourceVersion: next.metadata.resourceVersion }, status: next.status }));
    return written as unknown as CustomResourceDefinition;
  }

  async #serve(crd: CustomResourceDefinition): Promise<void> {
    const { registry } = this.#options;
    const { name } = crd.metadata;
    const { group, names } = crd.spec;
    const versions = crd.spec.versions.filter((v) => v.served);
    const deps: CustomResourceDeps = { ...this.#options, current: () => this.#current(name) };
    for (const version of versions) {
      const served = servedCustom(crd, version, deps);
      await served.store.cache.ready();
      registry.serve(served);
    }
    for (const gone of this.#onAir.get(name)?.versions ?? []) if (!versions.some((v) => v.name === gone)) registry.withdraw(group, gone, names.plural);
    this.#onAir.set(name, { group, resource: names.plural, versions: versions.map((v) => v.name) });
    this.generation++;
  }

  #withdraw(name: string): void {
    const on = this.#onAir.get(name);
    if (!on) return;
    for (const version of on.versions) this.#options.registry.withdraw(on.group, version, on.resource, true);
    this.#onAir.delete(name);
    this.generation++;
  }

  /** Deletes every object of the definition; when none is left, lets the definition go. */
  async #empty(crd: CustomResourceDefinition): Promise<void> {
    const { registry, clock } = this.#options;
    const now = formatTime(clock.now());
    const { group, names } = crd.spec;
    const [version] = this.#onAir.get(crd.metadata.name)?.versions ?? [];
    const store = version === undefined ? undefined : registry.find(group, version, names.plural)?.store;
    for (const { object } of store?.cache.list().items ?? []) {
      const { namespace = '', name } = object.metadata;
      await registry.delete(group, names.plural, namespace, name).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
    const left = store?.cache.size ?? 0;
    const next = structuredClone(crd);
    setCondition(next, left > 0 ? { type: 'Terminating', status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' } : { type: 'Terminating', status: 'False', reason: 'InstanceDeletionCompleted', message: 'removed all instances' }, now);
    if (left > 0) {
      // Objects with finalizers of others take their time.
      this.#queue.addAfter(crd.metadata.name, 500);
      if (JSON.stringify(next.status) !== JSON.stringify(crd.status)) await this.#write(next);
      return;
    }
    next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((f) => f !== CLEANUP_FINALIZER);
    await this.#write(next);
  }
}

