/** Deletes everything in a namespace, pods first (pkg/controller/namespace/deletion, KEP-5080 OrderedNamespaceDeletion). */
import type { Namespace, Pod } from '../../api/core/v1.gen.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import { pods as podsRef } from '../../client/resources.ts';
import { isNotFound, StatusError } from '../../machinery/status-error.ts';
import { discoverResources, type DiscoveredResource } from '../shared/discovery.ts';
import { METADATA_LIST_ACCEPT } from '../shared/metadata-headers.ts';
import { isPodTerminal } from '../shared/pod-status.ts';
import type { DeletionFindings } from './status.ts';

/** Guess of how long finalizers take. */
const FINALIZER_ESTIMATE_SECONDS = 15;
/** Resources deleted at a time. */
const PARALLEL = 8;

export interface DeletionResult {
  readonly findings: DeletionFindings;
  /** Seconds until the rest is probably gone; 0 when nothing is left. */
  readonly estimateSeconds: number;
  readonly errors: readonly string[];
}

interface Left {
  readonly estimate: number;
  readonly items: readonly KubeObject[];
  readonly error?: string;
}

export async function deleteContent(client: Client, clock: Clock, namespace: Namespace): Promise<DeletionResult> {
  const { name } = namespace.metadata;
  const found = await discover(client);
  const deletable = found.resources.filter((r) => r.namespaced && r.verbs.includes('delete'));
  const tally = new Tally(found.error);
  const pods = deletable.find((r) => r.group === '' && r.resource === 'pods');
  if (pods) {
    const left = await deleteResource(client, pods, name, await podsGrace(client, clock, namespace));
    tally.add(
      pods,
      left.error === undefined ? left : { ...left, error: `failed to delete pods for namespace: ${name}, err: ${left.error}` },
    );
    // Nothing else goes while pods run: they may need their config maps, secrets and policies to the end.
    if (left.items.length > 0) return tally.result();
  }
  const rest = deletable.filter((r) => r !== pods);
  const work = async () => {
    for (let r = rest.shift(); r; r = rest.shift()) tally.add(r, await deleteResource(client, r, name, 0));
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return tally.result();
}

async function discover(client: Client): Promise<{ resources: readonly DiscoveredResource[]; error?: string }> {
  try {
    const { resources, failures } = await discoverResources(client);
    if (failures.size === 0) return { resources };
    const details = [...failures].map(([gv, why]) => `${gv}: ${why}`).sort();
    const message = `unable to retrieve the complete list of server APIs: ${details.join(', ')}`;
    return { resources, error: `Discovery failed for some groups, ${failures.size} failing: ${message}` };
  } catch (error) {
    return { resources: [], error: errorMessage(error) };
  }
}

class Tally {
  readonly #discoveryError: string | undefined;
  readonly #contentErrors: string[] = [];
  readonly #remaining = new Map<string, number>();
  readonly #finalizers = new Map<string, number>();
  #estimate = 0;

  constructor(discoveryError: string | undefined) {
    this.#discoveryError = discoveryError;
  }

  add(resource: DiscoveredResource, left: Left): void {
    if (left.error !== undefined) this.#contentErrors.push(left.error);
    this.#estimate = Math.max(this.#estimate, left.estimate);
    if (left.items.length > 0) this.#remaining.set(`${resource.resource}.${resource.group}`, left.items.length);
    for (const item of left.items)
      for (const f of item.metadata.finalizers ?? []) this.#finalizers.set(f, (this.#finalizers.get(f) ?? 0) + 1);
  }

  result(): DeletionResult {
    const discovery = this.#discoveryError === undefined ? [] : [this.#discoveryError];
    return {
      findings: {
        ...(this.#discoveryError !== undefined && { discoveryError: this.#discoveryError }),
        contentErrors: this.#contentErrors,
        remaining: this.#remaining,
        finalizers: this.#finalizers,
      },
      estimateSeconds: this.#estimate,
      errors: [...discovery, ...this.#contentErrors],
    };
  }
}

/** `grace`: seconds that the objects are allowed to take. */
async function deleteResource(client: Client, resource: DiscoveredResource, namespace: string, grace: number): Promise<Left> {
  try {
    const before = await listMetadata(client, resource, namespace);
    if (before?.length === 0) return { estimate: 0, items: [] };
    if (!(await deleteCollection(client, resource, namespace))) await deleteEach(client, resource, namespace, before ?? []);
    const items = (await listMetadata(client, resource, namespace)) ?? [];
    if (items.length === 0) return { estimate: 0, items };
    if (grace > 0) return { estimate: grace, items };
    if (items.some((i) => (i.metadata.finalizers ?? []).length > 0)) return { estimate: FINALIZER_ESTIMATE_SECONDS, items };
    const { group, version, resource: plural } = resource;
    const error = `unexpected items still remain in namespace: ${namespace} for gvr: ${group}/${version}, Resource=${plural}`;
    return { estimate: 0, items, error };
  } catch (error) {
    return { estimate: grace, items: [], error: errorMessage(error) };
  }
}

/** The verb, or the resource itself, does not exist. */
function isUnsupported(error: unknown): boolean {
  return isNotFound(error) || (error instanceof StatusError && error.code === 405);
}

async function listMetadata(client: Client, resource: DiscoveredResource, namespace: string): Promise<KubeObject[] | undefined> {
  if (!resource.verbs.includes('list')) return undefined;
  try {
    return (await client.resource(resource).list({ namespace, headers: { accept: METADATA_LIST_ACCEPT } })).items ?? [];
  } catch (error) {
    if (isUnsupported(error)) return undefined;
    throw error;
  }
}

async function deleteCollection(client: Client, resource: DiscoveredResource, namespace: string): Promise<boolean> {
  if (!resource.verbs.includes('deletecollection')) return false;
  try {
    await client.resource(resource).deleteCollection({ namespace, propagationPolicy: 'Background' });
    return true;
  } catch (error) {
    if (isUnsupported(error)) return false;
    throw error;
  }
}

async function deleteEach(client: Client, resource: DiscoveredResource, namespace: string, items: readonly KubeObject[]): Promise<void> {
  for (const { metadata } of items) {
    try {
      await client.resource(resource).delete(metadata.name, { namespace, propagationPolicy: 'Background' });
    } catch (error) {
      if (!isUnsupported(error)) throw error;
    }
  }
}

/** The longest grace period of the pods that still run; 0 once the namespace is being deleted for longer than that. */
async function podsGrace(client: Client, clock: Clock, namespace: Namespace): Promise<number> {
  const { items } = await client.resource<Pod>(podsRef).list({ namespace: namespace.metadata.name });
  const grace = Math.max(0, ...items.filter((p) => !isPodTerminal(p)).map((p) => p.spec.terminationGracePeriodSeconds ?? 0));
  const deletedFor = (clock.now() - Date.parse(namespace.metadata.deletionTimestamp ?? '')) / 1000;
  return deletedFor >= grace ? 0 : grace;
}
