/** CSI drivers on this node, and what the API is told of them: CSINode, labels and an annotation of the Node (pkg/volume/csi/nodeinfomanager). */
import type { Node } from '../../api/core/v1.gen.ts';
import type { CSINode, CSINodeDriver } from '../../api/storage/v1.gen.ts';
import type { Client } from '../../client/client.ts';
import { csiNodes, nodes } from '../../client/resources.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../machinery/status-error.ts';
import { csiClient, type CsiClient } from './csi-client.ts';
import { NodeCapability } from './messages.ts';
import type { Plugin } from './plugin-watcher.ts';

const PLUGIN_TYPE = 'CSIPlugin';
const NODE_ID_ANNOTATION = 'csi.volume.kubernetes.io/nodeid';
const MIGRATED_ANNOTATION = 'storage.alpha.kubernetes.io/migrated-plugins';
/** Plugins in upstream's tree whose volumes CSI drivers serve. */
const MIGRATED =
  'kubernetes.io/aws-ebs,kubernetes.io/azure-disk,kubernetes.io/azure-file,kubernetes.io/cinder,kubernetes.io/gce-pd,kubernetes.io/portworx-volume,kubernetes.io/vsphere-volume';
const TRIES = 5;

export interface CsiDriver {
  readonly name: string;
  readonly client: CsiClient;
  readonly nodeId: string;
  readonly capabilities: ReadonlySet<number>;
}

export interface CsiDriversOptions {
  readonly client: Client;
  readonly nodeName: string;
  node(): Node | undefined;
}

export class CsiDrivers {
  readonly #options: CsiDriversOptions;
  readonly #drivers = new Map<string, CsiDriver>();

  constructor(options: CsiDriversOptions) {
    this.#options = options;
  }

  /** Throws upstream's message when no such driver is registered. */
  get(name: string): CsiDriver {
    const driver = this.#drivers.get(name);
    if (!driver) throw new Error(`driver name ${name} not found in the list of registered CSI drivers`);
    return driver;
  }

  stages(name: string): boolean {
    return this.get(name).capabilities.has(NodeCapability.STAGE_UNSTAGE);
  }

  async register({ type, name, endpoint, versions }: Plugin): Promise<void> {
    if (type !== PLUGIN_TYPE) throw new Error(`no handler registered for plugin type: ${type}`);
    if (!versions.some((version) => /^v?1(\.|$)/.test(version)))
      throw new Error(
        `validation failed for CSI Driver ${name} at endpoint ${endpoint}: failed to find a compatible version among ${versions.join(', ')}`,
      );
    const client = csiClient(endpoint);
    const { nodeId, maxVolumesPerNode, accessibleTopology } = await client.info({});
    const { capabilities } = await client.capabilities({});
    const topology = accessibleTopology?.segments ?? {};
    await this.#tellNode(name, nodeId, topology);
    const entry: CSINodeDriver = {
      name,
      nodeID: nodeId,
      topologyKeys: Object.keys(topology).sort(),
      ...(maxVolumesPerNode > 0 && { allocatable: { count: maxVolumesPerNode } }),
    };
    await this.#changeCsiNode((drivers) => [...drivers.filter((d) => d.name !== name), entry]);
    this.#drivers.set(name, { name, client, nodeId, capabilities: new Set(capabilities.map((c) => c.rpc?.type ?? 0)) });
  }

  async deregister({ name }: Plugin): Promise<void> {
    this.#drivers.delete(name);
    await this.#tellNode(name, undefined, {});
    await this.#changeCsiNode((drivers) => drivers.filter((d) => d.name !== name));
  }

  /** Makes the node's CSINode, which tells the scheduler that there are no drivers yet. */
  start(): Promise<void> {
    return this.#changeCsiNode((drivers) => drivers);
  }

  async #changeCsiNode(change: (drivers: readonly CSINodeDriver[]) => CSINodeDriver[] | readonly CSINodeDriver[]): Promise<void> {
    const { client, nodeName } = this.#options;
    const resource = client.resource(csiNodes);
    for (let tries = 1; ; tries++) {
      try {
        const current = await resource.get(nodeName);
        const drivers = change(current.spec.drivers ?? []);
        const annotations = { ...current.metadata.annotations, [MIGRATED_ANNOTATION]: MIGRATED };
        if (
          JSON.stringify(drivers) === JSON.stringify(current.spec.drivers ?? []) &&
          current.metadata.annotations?.[MIGRATED_ANNOTATION] === MIGRATED
        )
          return;
        await resource.update({ ...current, metadata: { ...current.metadata, annotations }, spec: { drivers: [...drivers] } } as CSINode);
        return;
      } catch (error) {
        if (isNotFound(error)) await this.#createCsiNode();
        else if (!isConflict(error) || tries >= TRIES) throw error;
      }
    }
  }

  async #createCsiNode(): Promise<void> {
    const { client, nodeName, node } = this.#options;
    const owner = node();
    if (!owner?.metadata.uid) throw new Error('cannot create the CSINode: the Node is not known yet');
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: owner.metadata.uid }];
    const metadata = { name: nodeName, ownerReferences, annotations: { [MIGRATED_ANNOTATION]: MIGRATED } };
    try {
      await client.resource(csiNodes).create({ metadata, spec: { drivers: [] } });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }

  /** The driver's name for this node, and where it says the node is. */
  async #tellNode(driver: string, nodeId: string | undefined, labels: Readonly<Record<string, string>>): Promise<void> {
    const { client, nodeName } = this.#options;
    const resource = client.resource(nodes);
    const current = await resource.get(nodeName);
    const ids = JSON.parse(current.metadata.annotations?.[NODE_ID_ANNOTATION] ?? '{}') as Record<string, string>;
    if (nodeId === undefined) delete ids[driver];
    else ids[driver] = nodeId;
    const annotation = Object.keys(ids).length > 0 ? JSON.stringify(ids) : null;
    const known = current.metadata.labels ?? {};
    const missing = Object.entries(labels).filter(([name, value]) => known[name] !== value);
    const clash = missing.find(([name]) => known[name] !== undefined);
    if (clash)
      throw new Error(
        `detected topology value collision: driver reported "${clash[0]}":"${clash[1]}" but existing label is "${clash[0]}":"${known[clash[0]]}"`,
      );
    if (annotation === (current.metadata.annotations?.[NODE_ID_ANNOTATION] ?? null) && missing.length === 0) return;
    await resource.patch(nodeName, 'strategic', {
      metadata: { annotations: { [NODE_ID_ANNOTATION]: annotation }, labels: Object.fromEntries(missing) },
    });
  }
}
