/** Changes taints of nodes with optimistic locking (pkg/controller/controller_utils.go AddOrUpdateTaintOnNode, RemoveTaintOffNode). */
import type { Node, Taint } from '../../api/core/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { nodes } from '../../client/resources.ts';
import { retryOnConflict } from '../../client/retry.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';

export type TaintKey = Pick<Taint, 'key' | 'effect'>;

export const sameTaint = (a: TaintKey, b: TaintKey): boolean => a.key === b.key && a.effect === b.effect;
export const hasTaint = (node: Node, taint: TaintKey): boolean => (node.spec.taints ?? []).some((t) => sameTaint(t, taint));

const BACKOFF = { baseMs: 100, maxMs: 100, factor: 1, jitter: 1 };

/** Adds and removes taints of a node; false when there was nothing to change. A node that is gone needs nothing. */
export async function swapTaints(
  ctx: Pick<ControllerContext, 'client' | 'clock' | 'random' | 'signal'>,
  nodeName: string,
  add: readonly TaintKey[],
  remove: readonly TaintKey[],
): Promise<boolean> {
  const client = ctx.client.resource(nodes);
  const { clock, random, signal } = ctx;
  try {
    return await retryOnConflict({ clock, random, signal, steps: 5, backoff: BACKOFF }, async () => {
      const node = await client.get(nodeName);
      const taints = changedTaints(node.spec.taints ?? [], add, remove, clock.now());
      if (!taints) return false;
      const { resourceVersion } = node.metadata;
      await client.patch(nodeName, 'strategic', { metadata: { resourceVersion }, spec: { taints } });
      return true;
    });
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** The taints after the change, or undefined when it changes nothing. */
export function changedTaints(
  current: readonly Taint[],
  add: readonly TaintKey[],
  remove: readonly TaintKey[],
  now: number,
): Taint[] | undefined {
  const missing = add.filter((t) => !current.some((c) => sameTaint(c, t)));
  const left = current.filter((t) => !remove.some((r) => sameTaint(r, t)));
  if (missing.length === 0 && left.length === current.length) return undefined;
  return [...left, ...missing.map((t) => ({ ...t, timeAdded: formatTime(now) }))];
}
