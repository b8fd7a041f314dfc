/** Watches every resource that can be deleted, and feeds the graph (pkg/controller/garbagecollector/graph_builder.go, monitors). */
import type { ObjectMeta } from '../../api/meta/v1.gen.ts';
import type { KubeObject } from '../../api/object.ts';
import { groupVersionString } from '../../api/surface.ts';
import type { Informer } from '../../client/informer.ts';
import * as resources from '../../client/resources.ts';
import { informerFactory } from '../../client/shared-informer.ts';
import type { ControllerContext } from '../controller.ts';
import type { DiscoveredResource, Discovery } from '../shared/discovery.ts';
import { metadataTransport } from '../shared/metadata-transport.ts';
import type { DependencyGraph, ObjectState } from './graph.ts';

/** Other controllers watch these in full anyway: their copy is used. */
const SHARED: ReadonlySet<string> = new Set(
  [
    resources.pods, resources.services, resources.endpoints, resources.endpointSlices, resources.nodes, resources.namespaces,
    resources.serviceAccounts, resources.replicationControllers, resources.replicaSets, resources.deployments, resources.daemonSets,
    resources.statefulSets, resources.controllerRevisions, resources.jobs, resources.cronJobs, resources.persistentVolumeClaims,
    resources.persistentVolumes, resources.podDisruptionBudgets, resources.resourceQuotas, resources.customResourceDefinitions,
  ].map(resourceKey),
); // prettier-ignore

interface Monitor {
  readonly informer: Informer<KubeObject>;
  stop(): Promise<void>;
}

export class Monitors {
  readonly #ctx: ControllerContext;
  readonly #graph: DependencyGraph;
  readonly #monitors = new Map<string, Monitor>();

  constructor(ctx: ControllerContext, graph: DependencyGraph) {
    this.#ctx = ctx;
    this.#graph = graph;
  }

  /** Watches what is new, stops watching what is gone. A group whose discovery failed keeps its watches. */
  async resync({ resources: found, failures }: Discovery): Promise<void> {
    const wanted = new Map(found.filter(isCollected).map((r) => [resourceKey(r), r]));
    for (const [key, resource] of wanted) if (!this.#monitors.has(key)) this.#monitors.set(key, this.#open(resource));
    for (const [key, monitor] of this.#monitors) {
      if (wanted.has(key) || failures.has(groupVersionString(monitor.informer.ref))) continue;
      this.#monitors.delete(key);
      await monitor.stop();
    }
  }

  /** Resolves when every resource watched now has been listed. */
  async synced(): Promise<void> {
    await Promise.all([...this.#monitors.values()].map((m) => m.informer.synced()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#monitors.values()].map((m) => m.stop()));
    this.#monitors.clear();
  }

  #open(resource: DiscoveredResource): Monitor {
    if (SHARED.has(resourceKey(resource))) {
      const informer = this.#ctx.informers.informer(resource);
      const remove = this.#feed(informer);
      return { informer, stop: () => Promise.resolve(remove()) };
    }
    const { client, clock, random, log } = this.#ctx;
    // A factory each, because only a whole factory can be stopped.
    const factory = informerFactory({ client: client.wrapped(metadataTransport), clock, random, log });
    const informer = factory.informer(resource);
    this.#feed(informer);
    return { informer, stop: () => factory.stop() };
  }

  #feed(informer: Informer<KubeObject>): () => void {
    const { kind, namespaced } = informer.ref;
    const apiVersion = groupVersionString(informer.ref);
    // Objects of a metadata list say that they are PartialObjectMetadata: the resource tells the kind.
    const stateOf = ({ metadata }: KubeObject): ObjectState => ({
      identity: { apiVersion, kind, name: metadata.name, uid: metadata.uid, namespace: namespaced ? metadata.namespace : '' },
      owners: metadata.ownerReferences ?? [],
      beingDeleted: !!metadata.deletionTimestamp,
      finalizers: metadata.finalizers ?? [],
    });
    return informer.addHandler({
      onAdd: (object) => this.#graph.observe(stateOf(object)),
      onUpdate: (old, object) => {
        if (old.metadata.uid !== object.metadata.uid) {
          this.#graph.remove(stateOf(old).identity, false);
          return this.#graph.observe(stateOf(object));
        }
        if (concernsGraph(old.metadata, object.metadata)) this.#graph.observe(stateOf(object), stateOf(old));
      },
      onDelete: (object) => this.#graph.remove(stateOf(object).identity, false),
    });
  }
}

/** Most updates change nothing the graph knows of. */
function concernsGraph(old: ObjectMeta, now: ObjectMeta): boolean {
  const facts = (m: ObjectMeta) => JSON.stringify([m.ownerReferences ?? [], m.finalizers ?? [], !!m.deletionTimestamp]);
  return facts(old) !== facts(now);
}

function isCollected({ group, resource, verbs }: DiscoveredResource): boolean {
  if (resource === 'events' && (group === '' || group === 'events.k8s.io')) return false;
  return ['delete', 'list', 'watch'].every((v) => verbs.includes(v));
}

function resourceKey({
  group,
  version,
  resource,
}: {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}): string {
  return `${group}/${version}/${resource}`;
}
