/** Watches the resources that some quota counts, from the moment that one does (pkg/controller/resourcequota/resource_quota_monitor.go). */
import type { AnyObject, KubeObject } from '../../api/object.ts';
import type { InformerFactory, Informer } from '../../client/informer.ts';
import * as resources from '../../client/resources.ts';
import { informerFactory } from '../../client/shared-informer.ts';
import { quotaEvaluatorFor } from '../../machinery/quota/evaluators.ts';
import type { ControllerContext } from '../controller.ts';
import { discoverResources } from '../shared/discovery.ts';
import { metadataTransport } from '../shared/metadata-transport.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import type { CountedResource } from './plan.ts';

/** These are counted by what is in them. */
const FULL = [resources.pods, resources.services, resources.persistentVolumeClaims, resources.resourceClaims];

/** Watched in full anyway. A watch of their own could be behind the quota that is being counted. */
const SHARED = [...FULL, resources.resourceQuotas];

const keyOf = ({ group, resource }: CountedResource) => `${group}/${resource}`;

export class UsageMonitors {
  readonly #ctx: ControllerContext;
  readonly #freed: (of: CountedResource, namespace: string) => void;
  readonly #monitors = new Map<string, Informer<KubeObject> | undefined>();
  readonly #factory: InformerFactory;

  /** `freed`: an object is gone, or uses less than before. */
  constructor(ctx: ControllerContext, freed: (of: CountedResource, namespace: string) => void) {
    this.#ctx = ctx;
    this.#freed = freed;
    const { client, clock, random, log } = ctx;
    this.#factory = informerFactory({ client: client.wrapped(metadataTransport), clock, random, log });
  }

  /** Resolves when the resource is watched and listed; a resource that the server does not have is not watched. */
  async ensure(of: CountedResource): Promise<void> {
    const key = keyOf(of);
    if (!this.#monitors.has(key)) {
      const informer = await this.#open(of);
      // Not remembered: the resource may come.
      if (!informer) return;
      if (!this.#monitors.has(key)) {
        this.#monitors.set(key, informer);
        this.#feed(of, informer);
      }
    }
    await this.#monitors.get(key)?.synced();
  }

  objects(of: CountedResource, namespace: string): readonly AnyObject[] | undefined {
    return this.#monitors.get(keyOf(of))?.lister.list(namespace) as unknown as AnyObject[] | undefined;
  }

  stop(): Promise<void> {
    return this.#factory.stop();
  }

  async #open(of: CountedResource): Promise<Informer<KubeObject> | undefined> {
    const shared = SHARED.find((r) => r.group === of.group && r.resource === of.resource);
    if (shared) return this.#ctx.informers.informer<never>(shared as never) as unknown as Informer<KubeObject>;
    const { resources: found } = await discoverResources(this.#ctx.client);
    const resource = found.find((r) => r.group === of.group && r.resource === of.resource && r.namespaced);
    const watchable = resource && ['create', 'list', 'watch', 'delete'].every((v) => resource.verbs.includes(v));
    return watchable ? this.#factory.informer(resource) : undefined;
  }

  #feed(of: CountedResource, informer: Informer<KubeObject>): void {
    const evaluator = quotaEvaluatorFor(of.group, of.resource);
    const isFull = FULL.some((r) => r.group === of.group && r.resource === of.resource);
    const usage = (object: KubeObject) => {
      const list = evaluator?.usage(object as AnyObject, this.#ctx.clock.now()) ?? new Map<string, unknown>();
      return Object.fromEntries([...list].map(([name, value]) => [name, String(value)]));
    };
    informer.addHandler({
      onUpdate: (old, object) => {
        if (isFull && !semanticEqual(usage(old), usage(object))) this.#freed(of, object.metadata.namespace);
      },
      onDelete: (object) => this.#freed(of, object.metadata.namespace),
    });
  }
}
