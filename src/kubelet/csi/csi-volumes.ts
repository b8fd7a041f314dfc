/** Volumes of CSI drivers: attached by their controllers, staged once a node, published once a pod (pkg/volume/csi). */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { CSIVolumeSource, PersistentVolume, Pod, Secret } from '../../api/core/v1.gen.ts';
import type { CSIDriver, VolumeAttachment } from '../../api/storage/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { isMissing, mkdir, readdir, rm } from '../../host/fs.ts';
import { GrpcError } from '../../host/grpc-channel.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Encodable } from '../cri/codec/message.ts';
import { setOwnership } from '../volumes/ownership.ts';
import type { MountedVolume, PodPaths, VolumeSetup } from '../volumes/types.ts';
import type { CsiDriver, CsiDrivers } from './csi-drivers.ts';
import { NodeCapability, type VolumeCapability } from './messages.ts';
import { podInfo, podTokens, type TokenSource } from './pod-context.ts';
import { kubeletSetsGroup, volumeCapability } from './volume-capability.ts';
import { loadVolumeData, saveVolumeData, type VolumeData } from './volume-data.ts';

export interface CsiVolumesOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly drivers: CsiDrivers;
  readonly paths: PodPaths;
  /** `<root>/plugins/kubernetes.io/csi`. */
  readonly directory: string;
  /** `<root>/pods`. */
  readonly podsDirectory: string;
  readonly nodeName: string;
  driverObject(name: string): CSIDriver | undefined;
  attachment(name: string): Promise<VolumeAttachment>;
  secret(namespace: string, name: string): Promise<Secret>;
  readonly tokens: TokenSource;
  /** Tells the API which volumes are in use; resolves when it has been told. */
  report(): Promise<void>;
}

const PLUGIN = 'kubernetes.io/csi';
const ATTACH_TIMEOUT_MS = 120_000;
const ATTACH_POLL_MS = 250;

type Strings = Readonly<Record<string, string>>;

interface Persistent {
  readonly setup: VolumeSetup;
  readonly volume: PersistentVolume;
  readonly readOnly: boolean;
}

export class CsiVolumes {
  readonly #options: CsiVolumesOptions;
  /** Unique names of attached volumes by the pods that use them. */
  readonly #inUse = new Map<string, Set<string>>();
  /** One operation a volume at a time. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(options: CsiVolumesOptions) {
    this.#options = options;
  }

  /** For the node's status: volumes that must not be detached. */
  get inUse(): string[] {
    return [...new Set([...this.#inUse.values()].flatMap((names) => [...names]))].sort();
  }

  /** Whether a driver wants its volumes published again from time to time. */
  republishes(driver: string): boolean {
    return this.#options.driverObject(driver)?.spec.requiresRepublish ?? false;
  }

  async setUpPersistent(request: Persistent): Promise<MountedVolume> {
    const { csi } = request.volume.spec;
    if (!csi) throw new Error('not a CSI volume');
    return this.#serially(`${csi.driver}^${csi.volumeHandle}`, () => this.#setUpPersistent(request, csi));
  }

  /** A volume that lives and dies with the pod. */
  async setUpInline({ pod, volume, fsGroup }: VolumeSetup, source: CSIVolumeSource): Promise<MountedVolume> {
    const object = this.#options.driverObject(source.driver);
    if (!object?.spec.volumeLifecycleModes?.includes('Ephemeral'))
      throw new Error(
        `volume mode "Ephemeral" not supported by driver ${source.driver} (${object ? 'only supports ["Persistent"]' : 'no CSIDriver object'})`,
      );
    const driver = this.#options.drivers.get(source.driver);
    const fsType = source.fsType ?? '';
    const handle = `csi-${sha256(pod.metadata.uid + volume.name)}`;
    const capability = { accessModes: ['ReadWriteOnce'], block: false, fsType, mountOptions: [], driver: driver.capabilities, fsGroup };
    const secrets = await this.#secrets(
      source.nodePublishSecretRef && { ...source.nodePublishSecretRef, namespace: pod.metadata.namespace },
    );
    const hostPath = await this.#publish({
      pod,
      object,
      driver,
      name: volume.name,
      handle,
      ephemeral: true,
      attachment: '',
      publishContext: {},
      staging: '',
      capability: volumeCapability(capability),
      readOnly: source.readOnly ?? false,
      secrets,
      context: source.volumeAttributes ?? {},
    });
    return { name: volume.name, hostPath, readOnly: source.readOnly ?? false };
  }

  /** Unpublishes every volume of a pod and unstages those that no other pod uses. Rejects when a driver cannot. */
  async tearDown(podUid: string): Promise<void> {
    const base = dirname(this.#options.paths.volume(podUid, PLUGIN, 'x'));
    for (const name of await list(base)) await this.#unpublish(podUid, join(base, name));
    if ((await list(this.#options.directory)).length > 0) await this.#unstageUnused();
    if (this.#inUse.delete(podUid)) void this.#options.report();
  }

  /** Grows the file system of a volume that its driver has made larger. Returns the new size; undefined when the driver does not do that on nodes. */
  async expand({ setup, volume, readOnly }: Persistent, bytes: number): Promise<number | undefined> {
    const { csi } = volume.spec;
    if (!csi) return undefined;
    const driver = this.#options.drivers.get(csi.driver);
    if (!driver.capabilities.has(NodeCapability.EXPAND)) return undefined;
    const block = volume.spec.volumeMode === 'Block';
    const { capacityBytes } = await driver.client.expand({
      volumeId: csi.volumeHandle,
      volumePath: block ? this.#blockPaths(setup.pod, volume.metadata.name).target : this.#target(setup.pod, volume.metadata.name),
      stagingTargetPath: this.#staging(driver, volume),
      capacityRange: { requiredBytes: bytes },
      volumeCapability: this.#capability({ setup, volume, readOnly }, driver),
      secrets: await this.#secrets(csi.nodeExpandSecretRef),
    });
    return capacityBytes || bytes;
  }

  async #setUpPersistent(request: Persistent, csi: NonNullable<PersistentVolume['spec']['csi']>): Promise<MountedVolume> {
    const { setup, volume, readOnly } = request;
    const { pod } = setup;
    const object = this.#options.driverObject(csi.driver);
    const { name: attachment, context: publishContext } = await this.#attached(pod, csi, object);
    const driver = this.#options.drivers.get(csi.driver);
    const capability = this.#capability(request, driver);
    const staging = this.#staging(driver, volume);
    const common = { publishContext, capability, context: csi.volumeAttributes ?? {}, name: volume.metadata.name, attachment };
    if (staging !== '')
      await this.#stage({ ...common, driver, handle: csi.volumeHandle, staging, secrets: await this.#secrets(csi.nodeStageSecretRef) });
    const block = volume.spec.volumeMode === 'Block';
    const published = await this.#publish({
      ...common,
      pod,
      object,
      driver,
      handle: csi.volumeHandle,
      ephemeral: false,
      staging,
      readOnly: readOnly || (csi.readOnly ?? false),
      secrets: await this.#secrets(csi.nodePublishSecretRef),
      block,
    });
    const result = { name: setup.volume.name, readOnly: readOnly || (csi.readOnly ?? false) };
    if (block) return { ...result, hostPath: '', device: published };
    const fsType = csi.fsType ?? '';
    if (!result.readOnly && kubeletSetsGroup(object?.spec.fsGroupPolicy, fsType, volume.spec.accessModes, driver.capabilities))
      await setOwnership({
        path: published,
        fsGroup: setup.fsGroup,
        readOnly: false,
        changePolicy: pod.spec.securityContext?.fsGroupChangePolicy,
      });
    return { ...result, hostPath: published };
  }

  /** Waits until the volume is attached to this node, where its driver attaches at all. */
  async #attached(
    pod: Pod,
    csi: { driver: string; volumeHandle: string },
    object: CSIDriver | undefined,
  ): Promise<{ name: string; context: Strings }> {
    if (object?.spec.attachRequired === false) return { name: '', context: {} };
    const { clock, attachment, nodeName, report } = this.#options;
    const names = this.#inUse.get(pod.metadata.uid) ?? new Set();
    const unique = `${PLUGIN}/${csi.driver}^${csi.volumeHandle}`;
    if (!names.has(unique)) {
      names.add(unique);
      this.#inUse.set(pod.metadata.uid, names);
      await report();
    }
    const name = `csi-${sha256(csi.volumeHandle + csi.driver + nodeName)}`;
    const deadline = clock.monotonic() + ATTACH_TIMEOUT_MS;
    for (;;) {
      const found = await attachment(name).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
      if (found?.status?.attached) return { name, context: found.status.attachmentMetadata ?? {} };
      if (found?.status?.attachError?.message) throw new Error(found.status.attachError.message);
      if (clock.monotonic() > deadline)
        throw new Error(`timed out waiting for external-attacher of ${csi.driver} CSI driver to attach volume ${csi.volumeHandle}`);
      await clock.sleep(ATTACH_POLL_MS);
    }
  }

  async #stage(stage: {
    readonly driver: CsiDriver;
    readonly handle: string;
    readonly name: string;
    readonly attachment: string;
    readonly staging: string;
    readonly publishContext: Strings;
    readonly capability: Encodable<typeof VolumeCapability>;
    readonly secrets: Strings;
    readonly context: Strings;
  }): Promise<void> {
    const { driver, handle, staging } = stage;
    await mkdir(staging, { recursive: true, mode: 0o750 });
    await saveVolumeData(dirname(staging), this.#data(stage, false));
    await told('kubernetes.io/csi: attacher.MountDevice failed', () =>
      driver.client.stage({
        volumeId: handle,
        publishContext: stage.publishContext,
        stagingTargetPath: staging,
        volumeCapability: stage.capability,
        secrets: stage.secrets,
        volumeContext: stage.context,
      }),
    );
  }

  /** Returns the path (or device) where the volume is for this pod. */
  async #publish(publish: {
    readonly pod: Pod;
    readonly object: CSIDriver | undefined;
    readonly driver: CsiDriver;
    readonly name: string;
    readonly handle: string;
    readonly ephemeral: boolean;
    readonly attachment: string;
    readonly publishContext: Strings;
    readonly staging: string;
    readonly capability: Encodable<typeof VolumeCapability>;
    readonly readOnly: boolean;
    readonly secrets: Strings;
    readonly context: Strings;
    readonly block?: boolean;
  }): Promise<string> {
    const { pod, object, driver, name, ephemeral } = publish;
    const directory = this.#options.paths.volume(pod.metadata.uid, PLUGIN, name);
    const targetPath = publish.block ? this.#blockPaths(pod, name).target : join(directory, 'mount');
    await mkdir(directory, { recursive: true, mode: 0o750 });
    await mkdir(dirname(targetPath), { recursive: true, mode: 0o750 });
    const tokens = await podTokens(pod, object, this.#options.tokens);
    await saveVolumeData(directory, this.#data(publish, ephemeral));
    await told('rpc failed', () =>
      driver.client.publish({
        volumeId: publish.handle,
        publishContext: publish.publishContext,
        stagingTargetPath: publish.staging,
        targetPath,
        volumeCapability: publish.capability,
        readonly: publish.readOnly,
        secrets: { ...publish.secrets, ...tokens.secrets },
        volumeContext: { ...publish.context, ...podInfo(pod, object, ephemeral), ...tokens.context },
      }),
    );
    return targetPath;
  }

  async #unpublish(podUid: string, directory: string): Promise<void> {
    const data = await loadVolumeData(directory);
    if (!data) return;
    const { driverName, volumeHandle, specVolID } = data;
    await this.#serially(`${driverName}^${volumeHandle}`, async () => {
      const { client } = this.#options.drivers.get(driverName);
      const device = this.#blockTarget(podUid, specVolID);
      for (const targetPath of [join(directory, 'mount'), device]) {
        // A volume is one or the other; for the other there is nothing to do.
        if (targetPath === device && !(await list(dirname(device))).includes(podUid)) continue;
        await told('kubernetes.io/csi: Unmounter.TearDownAt failed', () => client.unpublish({ volumeId: volumeHandle, targetPath }));
        await rm(targetPath, { recursive: true, force: true });
      }
      await rm(directory, { recursive: true, force: true });
    });
  }

  async #unstageUnused(): Promise<void> {
    const used = await this.#usedHandles();
    for (const driver of await list(this.#options.directory)) {
      for (const hash of await list(join(this.#options.directory, driver))) {
        const directory = join(this.#options.directory, driver, hash);
        const data = await loadVolumeData(directory);
        if (!data || used.has(`${data.driverName}^${data.volumeHandle}`)) continue;
        await this.#serially(`${data.driverName}^${data.volumeHandle}`, () => this.#unstage(directory, data));
      }
    }
  }

  async #unstage(directory: string, data: VolumeData): Promise<void> {
    // Another pod may have come while this waited its turn.
    if ((await this.#usedHandles()).has(`${data.driverName}^${data.volumeHandle}`)) return;
    const { client } = this.#options.drivers.get(data.driverName);
    const stagingTargetPath = join(directory, 'globalmount');
    await told('kubernetes.io/csi: attacher.UnmountDevice failed', () =>
      client.unstage({ volumeId: data.volumeHandle, stagingTargetPath }),
    );
    await rm(directory, { recursive: true, force: true });
  }

  /** Volumes that some pod's directory says are published, or about to be. */
  async #usedHandles(): Promise<Set<string>> {
    const used = new Set<string>();
    for (const uid of await list(this.#options.podsDirectory)) {
      const base = dirname(this.#options.paths.volume(uid, PLUGIN, 'x'));
      for (const name of await list(base)) {
        const data = await loadVolumeData(join(base, name));
        if (data) used.add(`${data.driverName}^${data.volumeHandle}`);
      }
    }
    return used;
  }

  #capability({ setup, volume }: Persistent, driver: CsiDriver) {
    const { csi, accessModes, volumeMode, mountOptions } = volume.spec;
    return volumeCapability({
      accessModes,
      block: volumeMode === 'Block',
      fsType: csi?.fsType ?? '',
      mountOptions: mountOptions ?? [],
      driver: driver.capabilities,
      fsGroup: setup.fsGroup,
    });
  }

  #staging({ name, capabilities }: CsiDriver, { spec }: PersistentVolume): string {
    if (!capabilities.has(NodeCapability.STAGE_UNSTAGE)) return '';
    return join(this.#options.directory, name, sha256(spec.csi?.volumeHandle ?? ''), 'globalmount');
  }

  #target(pod: Pod, name: string): string {
    return join(this.#options.paths.volume(pod.metadata.uid, PLUGIN, name), 'mount');
  }

  #blockPaths(pod: Pod, name: string): { target: string } {
    return { target: this.#blockTarget(pod.metadata.uid, name) };
  }

  #blockTarget(podUid: string, name: string): string {
    return join(dirname(this.#options.directory), 'csi-block', name, podUid);
  }

  #data(volume: { name: string; handle: string; driver: CsiDriver; attachment: string }, ephemeral: boolean): VolumeData {
    return {
      specVolID: volume.name,
      volumeHandle: volume.handle,
      driverName: volume.driver.name,
      nodeName: this.#options.nodeName,
      attachmentID: volume.attachment,
      volumeLifecycleMode: ephemeral ? 'Ephemeral' : 'Persistent',
    };
  }

  async #secrets(ref: { readonly name?: string | undefined; readonly namespace?: string | undefined } | undefined): Promise<Strings> {
    if (!ref?.name) return {};
    const { data = {} } = await this.#options.secret(ref.namespace ?? '', ref.name);
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
  }

  #serially<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(key) ?? Promise.resolve();
    const result = before.then(work);
    const settled = result.catch((error: unknown) =>
      this.#options.log.debug('a volume operation failed', { volume: key, err: errorMessage(error) }),
    );
    this.#queues.set(key, settled);
    void settled.then(() => {
      if (this.#queues.get(key) === settled) this.#queues.delete(key);
    });
    return result;
  }
}

async function told<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new Error(`${what}: ${error instanceof GrpcError ? error.goText : errorMessage(error)}`, { cause: error });
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
