/** What to attach, detach and report (pkg/controller/volume/attachdetach/reconciler). Pure. */
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import type { VolumeAttachment } from '../../api/storage/v1.gen.ts';
import { allowsManyNodes, type DesiredAttachment } from './desired.ts';

/** How long a node that is not healthy may keep a volume in use before it is taken away all the same. */
export const FORCE_DETACH_MS = 6 * 60_000;

/** An attachment that exists, as far as it is known which volume it is of. */
export interface ActualAttachment {
  readonly object: VolumeAttachment;
  readonly volumeName: string;
}

export interface AttachDetachView {
  readonly now: number;
  readonly desired: ReadonlyMap<string, DesiredAttachment>;
  /** By name. */
  readonly actual: ReadonlyMap<string, ActualAttachment>;
  node(name: string): Node | undefined;
  /** Volumes that a node which is gone had in use; undefined when that is not known. */
  inUseWhenDeleted(nodeName: string): readonly string[] | undefined;
  /** When an attachment was first seen to be wanted by nobody. */
  unwantedSince(name: string): number | undefined;
}

export interface Detachment {
  readonly attachment: ActualAttachment;
  /** Ask the node once more before the volume is taken from it. */
  readonly verify: boolean;
}

export interface AttachDetachPlan {
  readonly attach: readonly DesiredAttachment[];
  readonly detach: readonly Detachment[];
  /** Attachments that wait because another node has the volume. */
  readonly blocked: readonly { readonly wanted: DesiredAttachment; readonly by: readonly string[] }[];
  readonly unwanted: readonly string[];
  /** Milliseconds until something is to be decided anew. */
  readonly recheckMs: number | undefined;
}

export function planAttachments(view: AttachDetachView): AttachDetachPlan {
  const detach: Detachment[] = [];
  const unwanted: string[] = [];
  let recheckMs: number | undefined;
  for (const attachment of view.actual.values()) {
    const { name } = attachment.object.metadata;
    if (view.desired.has(name) || attachment.object.metadata.deletionTimestamp) continue;
    unwanted.push(name);
    const decision = decideDetach(attachment, view);
    if (typeof decision === 'number') recheckMs = Math.min(decision, recheckMs ?? decision);
    else detach.push(decision);
  }
  const wanted = [...view.desired.values()].filter((d) => !view.actual.has(d.name));
  const holders = holdersByVolume(view);
  const attach: DesiredAttachment[] = [];
  const blocked: { wanted: DesiredAttachment; by: string[] }[] = [];
  for (const one of wanted) {
    const by = allowsManyNodes(one.volume) ? [] : (holders.get(one.volumeName) ?? []);
    if (by.length > 0) {
      blocked.push({ wanted: one, by });
      continue;
    }
    attach.push(one);
    holders.set(one.volumeName, [one.nodeName]);
  }
  return { attach, detach, blocked, unwanted, recheckMs };
}

function holdersByVolume({ actual }: AttachDetachView): Map<string, string[]> {
  const holders = new Map<string, string[]>();
  for (const { object, volumeName } of actual.values()) {
    holders.set(volumeName, [...(holders.get(volumeName) ?? []), object.spec.nodeName]);
  }
  return holders;
}

/** A number: not yet, look again after so many milliseconds. */
function decideDetach(attachment: ActualAttachment, view: AttachDetachView): Detachment | number {
  const { nodeName } = attachment.object.spec;
  const node = view.node(nodeName);
  const waited = view.now - (view.unwantedSince(attachment.object.metadata.name) ?? view.now);
  const timeIsUp = waited > FORCE_DETACH_MS;
  const isForced = timeIsUp && !isHealthy(node);
  const isOut = node?.spec.taints?.some((t) => t.key === 'node.kubernetes.io/out-of-service') ?? false;
  if (isInUse(attachment, node, view) && !isForced && !isOut) return Math.max(FORCE_DETACH_MS - waited, 0) + 1000;
  return { attachment, verify: !timeIsUp && !isOut };
}

function isInUse({ object, volumeName }: ActualAttachment, node: Node | undefined, view: AttachDetachView): boolean {
  if (node) return node.status.volumesInUse?.includes(volumeName) ?? false;
  return view.inUseWhenDeleted(object.spec.nodeName)?.includes(volumeName) ?? true;
}

function isHealthy(node: Node | undefined): boolean {
  return node?.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}

/** What each node shall show as attached: the volumes of finished attachments, less the ones being taken away. Sorted. */
export function reportedVolumes(actual: AttachDetachView['actual'], leaving: ReadonlySet<string>): Map<string, string[]> {
  const reported = new Map<string, Set<string>>();
  for (const { object, volumeName } of actual.values()) {
    const { metadata, spec, status } = object;
    if (!status?.attached || metadata.deletionTimestamp || leaving.has(metadata.name)) continue;
    reported.set(spec.nodeName, (reported.get(spec.nodeName) ?? new Set()).add(volumeName));
  }
  return new Map([...reported].map(([nodeName, names]) => [nodeName, [...names].sort()]));
}

/** The message about a volume that other nodes have; `users`: pods with the volume on those nodes. */
export function multiAttachMessage(volume: string, pod: Pod, users: readonly Pod[]): string {
  const message = (detail: string) => `Multi-Attach error for volume "${volume}" ${detail}`;
  if (users.length === 0) return message("Volume is already exclusively attached to one node and can't be attached to another");
  const local = users.filter((p) => p.metadata.namespace === pod.metadata.namespace).map((p) => p.metadata.name);
  const others = users.length - local.length;
  if (local.length === 0) return message(`Volume is already used by ${others} pod(s) in different namespaces`);
  const list = `Volume is already used by pod(s) ${local.join(', ')}`;
  return message(others > 0 ? `${list} and ${others} pod(s) in different namespaces` : list);
}
