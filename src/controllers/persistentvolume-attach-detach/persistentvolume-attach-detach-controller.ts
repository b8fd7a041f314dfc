/** https://kubernetes.io/docs/concepts/storage/ : attaches CSI volumes to the nodes of their pods (pkg/controller/volume/attachdetach). */
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/core/v1.gen.ts';
import type { CSIDriver, VolumeAttachment } from '../../api/storage/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import type { Informer } from '../../client/informer.ts';
import { csiDrivers, nodes, persistentVolumeClaims, persistentVolumes, pods, volumeAttachments } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import { AttachLog } from './attach-log.ts';
import { attachmentName } from './attachment-name.ts';
import { desiredAttachments, type DesiredAttachment } from './desired.ts';
import {
  multiAttachMessage,
  planAttachments,
  reportedVolumes,
  type ActualAttachment,
  type AttachDetachView,
  type Detachment,
} from './plan.ts';
import { csiVolumeName, parseCsiVolumeName } from './volume-name.ts';

const NAME = 'persistentvolume-attach-detach-controller';
const PASS = 'pass';
/** Passes look at everything, so they do not follow each other faster. */
const PAUSE_MS = 100;
const RETRY_MS = 1000;

export const persistentVolumeAttachDetachController: Controller = { name: NAME, start: (ctx) => new AttachDetach(ctx).run() };

class AttachDetach {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #drivers: Informer<CSIDriver>;
  readonly #attachments: Informer<VolumeAttachment>;
  readonly #log: AttachLog;
  readonly #unwantedSince = new Map<string, number>();
  readonly #multiAttachTold = new Set<string>();
  readonly #inUseWhenDeleted = new Map<string, readonly string[]>();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#pods = ctx.informers.informer(pods);
    this.#nodes = ctx.informers.informer(nodes);
    this.#claims = ctx.informers.informer(persistentVolumeClaims);
    this.#volumes = ctx.informers.informer(persistentVolumes);
    this.#drivers = ctx.informers.informer(csiDrivers);
    this.#attachments = ctx.informers.informer(volumeAttachments);
    this.#log = new AttachLog(ctx);
  }

  async run(): Promise<void> {
    const soon = () => this.#queue.addAfter(PASS, PAUSE_MS);
    const podChanged = (pod: Pod) => {
      if (pod.spec.nodeName && pod.spec.volumes?.some((v) => v.persistentVolumeClaim ?? v.ephemeral)) soon();
    };
    this.#pods.addHandler({ onAdd: podChanged, onUpdate: (_, pod) => podChanged(pod), onDelete: podChanged });
    for (const informer of [this.#claims, this.#volumes, this.#drivers, this.#attachments] as Informer<never>[]) {
      informer.addHandler({ onAdd: soon, onUpdate: soon, onDelete: soon });
    }
    this.#nodes.addHandler({
      onAdd: (node) => {
        this.#inUseWhenDeleted.delete(node.metadata.name);
        soon();
      },
      onUpdate: (old, node) => {
        if (!semanticEqual(relevant(old), relevant(node))) soon();
      },
      onDelete: (node) => {
        this.#inUseWhenDeleted.set(node.metadata.name, node.status.volumesInUse ?? []);
        soon();
      },
    });
    await runController(this.#ctx, {
      name: NAME,
      queue: this.#queue,
      informers: [this.#pods, this.#nodes, this.#claims, this.#volumes, this.#drivers, this.#attachments],
      workers: 1,
      reconcile: () => this.#pass(),
    });
  }

  async #pass(): Promise<void> {
    const desired = desiredAttachments(this.#pods.lister.list(), {
      claim: (key) => this.#claims.lister.get(key),
      volume: (name) => this.#volumes.lister.get(name),
      driver: (name) => this.#drivers.lister.get(name),
      node: (name) => this.#nodes.lister.get(name),
    });
    const view: AttachDetachView = {
      now: this.#ctx.clock.now(),
      desired,
      actual: this.#actual(desired),
      node: (name) => this.#nodes.lister.get(name),
      inUseWhenDeleted: (name) => this.#inUseWhenDeleted.get(name),
      unwantedSince: (name) => this.#unwantedSince.get(name),
    };
    const plan = planAttachments(view);
    this.#remember(desired, plan.unwanted);
    if (plan.recheckMs !== undefined) this.#queue.addAfter(PASS, plan.recheckMs);
    for (const { wanted, by } of plan.blocked) this.#tellBlocked(wanted, by, desired);
    const leaving = await this.#release(view, plan.detach);
    await Promise.all([...leaving.map((d) => this.#detach(d)), ...plan.attach.map((d) => this.#attach(d))]);
    this.#observe(view);
  }

  /** Attachments whose volume is known: by what is wanted, by their volume object, or by what nodes show. */
  #actual(desired: ReadonlyMap<string, DesiredAttachment>): Map<string, ActualAttachment> {
    const actual = new Map<string, ActualAttachment>();
    for (const object of this.#attachments.lister.list()) {
      const { name } = object.metadata;
      const volumeName = desired.get(name)?.volumeName ?? this.#volumeNameOf(object);
      if (volumeName) actual.set(name, { object, volumeName });
    }
    return actual;
  }

  #volumeNameOf({ metadata, spec }: VolumeAttachment): string | undefined {
    const volume = this.#volumes.lister.get(spec.source.persistentVolumeName ?? '');
    const shown = this.#nodes.lister.get(spec.nodeName)?.status.volumesAttached ?? [];
    return [volume && csiVolumeName(volume), ...shown.map((v) => v.name)].find((name) => {
      const parsed = name && parseCsiVolumeName(name);
      // Others may attach volumes too, under names of their own: those are theirs.
      return parsed && attachmentName(parsed.handle, parsed.driver, spec.nodeName) === metadata.name;
    });
  }

  #remember(desired: ReadonlyMap<string, DesiredAttachment>, unwanted: readonly string[]): void {
    const now = this.#ctx.clock.now();
    for (const name of unwanted) if (!this.#unwantedSince.has(name)) this.#unwantedSince.set(name, now);
    for (const name of this.#unwantedSince.keys()) if (!unwanted.includes(name)) this.#unwantedSince.delete(name);
    for (const name of this.#multiAttachTold) if (!desired.has(name)) this.#multiAttachTold.delete(name);
    this.#log.retain(desired);
  }

  #tellBlocked(wanted: DesiredAttachment, by: readonly string[], desired: ReadonlyMap<string, DesiredAttachment>): void {
    if (this.#multiAttachTold.has(wanted.name)) return;
    this.#multiAttachTold.add(wanted.name);
    const others = [...desired.values()].filter((d) => d.volumeName === wanted.volumeName && by.includes(d.nodeName));
    const users = others.flatMap((d) => d.pods);
    for (const pod of wanted.pods) {
      this.#ctx.recorder.event(pod, 'Warning', 'FailedAttachVolume', multiAttachMessage(wanted.volume.metadata.name, pod, users));
    }
  }

  /** Nodes stop showing what is to be detached, before it is; answers the detachments that may go on. */
  async #release(view: AttachDetachView, detach: readonly Detachment[]): Promise<Detachment[]> {
    const leaving = new Set(detach.map((d) => d.attachment.object.metadata.name));
    const reported = reportedVolumes(view.actual, leaving);
    const failed = new Set<string>();
    await Promise.all(
      this.#nodes.lister.list().map(async (node) => {
        try {
          await this.#report(node, reported.get(node.metadata.name) ?? []);
        } catch (error) {
          failed.add(node.metadata.name);
          this.#again('reporting attached volumes', error);
        }
      }),
    );
    return detach.filter((d) => !failed.has(d.attachment.object.spec.nodeName));
  }

  async #report(node: Node, names: readonly string[]): Promise<void> {
    const shown = node.status.volumesAttached ?? [];
    const foreign = shown.filter((v) => !parseCsiVolumeName(v.name));
    const wanted = [...foreign, ...names.map((name) => ({ name, devicePath: '' }))];
    const sorted = (list: readonly { readonly name: string }[]) => list.map((v) => v.name).sort();
    if (semanticEqual(sorted(shown), sorted(wanted))) return;
    const patch = { status: { volumesAttached: wanted.length > 0 ? wanted : null } };
    try {
      await this.#ctx.client.resource(nodes).patch(node.metadata.name, 'strategic', patch, { subresource: 'status' });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #attach(wanted: DesiredAttachment): Promise<void> {
    const { name, nodeName, volume } = wanted;
    const attacher = volume.spec.csi?.driver ?? '';
    const spec = { attacher, nodeName, source: { persistentVolumeName: volume.metadata.name } };
    try {
      await this.#ctx.client.resource(volumeAttachments).create({ metadata: { name }, spec });
    } catch (error) {
      if (isAlreadyExists(error)) return;
      this.#log.failed(wanted, errorMessage(error));
      this.#again('attaching', error);
    }
  }

  async #detach({ attachment, verify }: Detachment): Promise<void> {
    const { metadata, spec } = attachment.object;
    try {
      if (verify && (await this.#isInUse(spec.nodeName, attachment.volumeName))) return this.#queue.addAfter(PASS, RETRY_MS);
      await this.#ctx.client.resource(volumeAttachments).delete(metadata.name);
    } catch (error) {
      if (!isNotFound(error)) this.#again('detaching', error);
    }
  }

  async #isInUse(nodeName: string, volumeName: string): Promise<boolean> {
    try {
      const node = await this.#ctx.client.resource(nodes).get(nodeName);
      return node.status.volumesInUse?.includes(volumeName) ?? false;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  #observe({ desired, actual }: AttachDetachView): void {
    for (const wanted of desired.values()) {
      if (this.#multiAttachTold.has(wanted.name) && !actual.has(wanted.name)) continue;
      const ms = this.#log.observe(wanted, actual.get(wanted.name)?.object);
      if (ms !== undefined) this.#queue.addAfter(PASS, ms);
    }
  }

  #again(what: string, error: unknown): void {
    this.#ctx.log.warn(`${what} failed, will try again`, { err: errorMessage(error) });
    this.#queue.addAfter(PASS, RETRY_MS);
  }
}

/** What of a node decides about its volumes. */
function relevant({ metadata, spec, status }: Node): unknown {
  const ready = status.conditions?.find((c) => c.type === 'Ready')?.status;
  return [metadata.annotations, spec.taints, ready, status.volumesInUse, status.volumesAttached];
}
