/** Registers the node and keeps its status and lease (https://kubernetes.io/docs/concepts/architecture/nodes/). */
import type { ContainerImage, Node, NodeStatus } from '../../api/core/v1.gen.ts';
import { formatTime, type Clock, type Random } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/component.ts';
import type { Informer } from '../../client/informer.ts';
import { nodes } from '../../client/resources.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
import { objectPatch, sameJson } from '../status/status-patch.ts';
import { nodeConditions, type ConditionFacts } from './node-conditions.ts';

export interface NodeStatusOptions {
  readonly nodeName: string;
  readonly client: Client;
  readonly informer: Informer<Node>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly recorder: EventRecorder;
  readonly signal: AbortSignal;
  readonly labels: Readonly<Record<string, string>>;
  /** Given to a new node. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Labels that the kubelet sets back when somebody changes them. */
  readonly ownLabels: Readonly<Record<string, string>>;
  readonly spec: Pick<Node['spec'], 'taints' | 'providerID' | 'podCIDR' | 'podCIDRs'>;
  /** Everything of the status but conditions and images. */
  facts(): Omit<NodeStatus, 'conditions' | 'images'>;
  images(): Promise<ContainerImage[]>;
  conditions(): ConditionFacts;
}

const UPDATE_MS = 10_000;
/** An unchanged status is sent this often. */
const REPORT_MS = 300_000;
const REGISTER_MAX_MS = 7000;

export class NodeStatusManager {
  readonly #options: NodeStatusOptions;
  #lastReport = -Infinity;
  #reportEvery = REPORT_MS;
  #written: Node | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #unschedulable: boolean | undefined;

  constructor(options: NodeStatusOptions) {
    this.#options = options;
  }

  /** Creates the Node, or brings the labels of an existing one in line. Retries until it works or the signal aborts. */
  async register(): Promise<void> {
    const { clock, signal, log } = this.#options;
    for (let pause = 100; !signal.aborted; pause = Math.min(REGISTER_MAX_MS, pause * 2)) {
      try {
        await this.#tryRegister();
        return;
      } catch (error) {
        if (signal.aborted) return;
        log.warn('cannot register the node, will retry', { err: errorMessage(error) });
        await clock.sleep(pause, signal).catch(() => undefined); // Stopped: the loop looks at the signal.
      }
    }
  }

  /** Updates the status every ten seconds until the signal aborts. */
  async run(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      await this.update();
      await clock.sleep(UPDATE_MS, signal).catch(() => undefined); // Stopped: the loop looks at the signal.
    }
  }

  /** Sends the status when it changed or was not sent for long. Never rejects; calls while one is under way become one more. */
  async update(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#updateUntilQuiet().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #updateUntilQuiet(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.#tryUpdate();
      } catch (error) {
        if (this.#options.signal.aborted) return;
        this.#written = undefined;
        this.#options.log.warn('cannot update the status of the node', { err: errorMessage(error) });
        if (isNotFound(error)) await this.register();
      }
    } while (this.#again && !this.#options.signal.aborted);
  }

  /** The node as it registers. */
  async initialNode() {
    const { nodeName, labels, ownLabels, annotations, spec } = this.#options;
    const metadata = {
      name: nodeName,
      labels: { ...labels, ...ownLabels },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true', ...annotations },
    };
    const status = await this.#status(undefined);
    return { apiVersion: 'v1' as const, kind: 'Node' as const, metadata, spec, status };
  }

  async #tryRegister(): Promise<void> {
    const { client, nodeName, ownLabels } = this.#options;
    const resource = client.resource(nodes);
    try {
      this.#written = await resource.create(await this.initialNode());
      this.#lastReport = this.#options.clock.monotonic();
      return;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    const existing = await resource.get(nodeName);
    const stale = Object.fromEntries(Object.entries(ownLabels).filter(([name, value]) => existing.metadata.labels?.[name] !== value));
    if (Object.keys(stale).length > 0) await resource.patch(nodeName, 'strategic', { metadata: { labels: stale } });
  }

  async #tryUpdate(): Promise<void> {
    const { client, clock, nodeName, random, recorder } = this.#options;
    const node = this.#current() ?? (await client.resource(nodes).get(nodeName));
    const status = await this.#status(node);
    this.#tellSchedulable(node);
    const changed = !sameJson(withoutHeartbeats(node.status), withoutHeartbeats(status));
    const due = clock.monotonic() - this.#lastReport >= this.#reportEvery;
    if (!changed && !due) return;
    const patch = objectPatch({ ...node.status }, { ...status }, { conditions: 'type' });
    // After a change reports spread out again, so that many nodes do not all report at one time.
    this.#reportEvery = REPORT_MS * (changed ? 1 + (random.float() - 0.5) : 1);
    if (patch)
      this.#written = await client
        .resource(nodes)
        .patch(nodeName, 'strategic', { status: replaceAddresses(patch) }, { subresource: 'status' });
    this.#lastReport = clock.monotonic();
    for (const change of nodeConditions(node.status.conditions ?? [], this.#options.conditions(), '').changes) {
      recorder.event(node, 'Normal', change, `Node ${nodeName} status is now: ${change}`);
    }
  }

  /** The newest known object. */
  #current(): Node | undefined {
    const watched = this.#options.informer.lister.get(this.#options.nodeName);
    if (!this.#written) return watched;
    if (
      watched &&
      (watched.metadata.uid !== this.#written.metadata.uid ||
        Number(watched.metadata.resourceVersion) >= Number(this.#written.metadata.resourceVersion))
    ) {
      this.#written = undefined;
      return watched;
    }
    return this.#written;
  }

  async #status(node: Node | undefined): Promise<NodeStatus> {
    const { clock, facts, images, conditions } = this.#options;
    const own = facts();
    // Others may give the node resources of their own.
    const extended = Object.entries(node?.status.capacity ?? {}).filter(([name]) => own.capacity?.[name] === undefined);
    return {
      ...node?.status,
      ...own,
      capacity: { ...own.capacity, ...Object.fromEntries(extended) },
      allocatable: { ...own.allocatable, ...Object.fromEntries(extended) },
      images: await images(),
      conditions: nodeConditions(node?.status.conditions ?? [], conditions(), formatTime(clock.now())).conditions,
    };
  }

  #tellSchedulable(node: Node): void {
    const now = node.spec.unschedulable ?? false;
    if (this.#unschedulable !== undefined && this.#unschedulable !== now) {
      const reason = now ? 'NodeNotSchedulable' : 'NodeSchedulable';
      this.#options.recorder.event(node, 'Normal', reason, `Node ${this.#options.nodeName} status is now: ${reason}`);
    }
    this.#unschedulable = now;
  }
}

function withoutHeartbeats(status: NodeStatus): unknown {
  return { ...status, conditions: status.conditions?.map((c) => ({ ...c, lastHeartbeatTime: undefined })) };
}

/** Addresses merge by type, of which there may be several: the list is sent whole. */
function replaceAddresses(patch: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(patch['addresses'])) return patch;
  return { ...patch, addresses: [...(patch['addresses'] as unknown[]), { $patch: 'replace' }] };
}
