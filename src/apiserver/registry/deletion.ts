/** What a DELETE does to an object: nothing, mark it, or remove it (k8s.io/apiserver/pkg/registry/rest, delete.go; generic/registry, store.go). Pure. */
import { formatTime } from '../../base/clock.ts';
import type { AnyObject } from '../../api/object.ts';
import type { Strategy } from './strategy.ts';

export interface DeletionOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export type DeletionPlan =
  | { readonly action: 'none' }
  /** Store this: deletionTimestamp, grace period, finalizers of the garbage collector. */
  | { readonly action: 'mark'; readonly object: AnyObject }
  /** Take it away; the object as the last event shows it. */
  | { readonly action: 'remove'; readonly object: AnyObject };

const FINALIZER_ORPHAN = 'orphan';
const FINALIZER_FOREGROUND = 'foregroundDeletion';

export function planDeletion(old: AnyObject, options: DeletionOptions, strategy: Strategy, nowMs: number): DeletionPlan {
  const grace = planGrace(old, options, strategy, nowMs);
  if (grace === 'pending') return { action: 'none' };
  const finalizers = nextFinalizers(old, options, strategy);
  const { finalizers: _before, ...meta } = old.metadata;
  const metadata = { ...meta, ...(finalizers.length > 0 && { finalizers }), ...grace };
  const seconds = grace?.deletionGracePeriodSeconds ?? 0;
  const held = strategy.holds?.until(old) ?? false;
  if (finalizers.length === 0 && seconds === 0 && !held) return { action: 'remove', object: grace ? { ...old, metadata } : old };
  if (grace) return { action: 'mark', object: { ...old, metadata } };
  const { deletionGracePeriodSeconds, ...mark } = markNow(old, nowMs);
  // What its own rules hold back has no grace at all, not one of no length.
  const waiting = { ...old, metadata: { ...metadata, ...mark, ...(!held && { deletionGracePeriodSeconds }) } };
  const marked = held && strategy.holds ? strategy.holds.deleting(waiting) : waiting;
  return isSameDeletion(marked, old) ? { action: 'none' } : { action: 'mark', object: marked };
}

interface Grace {
  readonly deletionTimestamp: string;
  readonly deletionGracePeriodSeconds: number;
  readonly generation?: number;
}

/** The marks of a graceful deletion; 'pending' when one at most as long is under way; undefined: this deletion has no grace. */
function planGrace(old: AnyObject, options: DeletionOptions, strategy: Strategy, nowMs: number): Grace | 'pending' | undefined {
  if (!strategy.gracePeriodSeconds) return undefined;
  const { deletionTimestamp, deletionGracePeriodSeconds: running, generation } = old.metadata;
  if (deletionTimestamp !== undefined) {
    if (running === undefined) return undefined;
    // A later DELETE may only shorten the wait, counted from the first one.
    const wanted = options.gracePeriodSeconds;
    if (wanted === undefined || wanted >= running) return 'pending';
    return { deletionTimestamp: formatTime(Date.parse(deletionTimestamp) + (wanted - running) * 1000), deletionGracePeriodSeconds: wanted };
  }
  const grace = strategy.gracePeriodSeconds(old, options.gracePeriodSeconds);
  if (grace === undefined) return undefined;
  return {
    deletionTimestamp: formatTime(nowMs + grace * 1000),
    deletionGracePeriodSeconds: grace,
    ...(generation && { generation: generation + 1 }),
  };
}

/** An object that waits for its finalizers: deleting since now, without grace. */
function markNow(old: AnyObject, nowMs: number): Grace {
  const was = old.metadata.deletionTimestamp;
  const { generation } = old.metadata;
  return {
    deletionTimestamp: was !== undefined && Date.parse(was) <= nowMs ? was : formatTime(nowMs),
    deletionGracePeriodSeconds: 0,
    ...(was === undefined && generation && { generation: generation + 1 }),
  };
}

function isSameDeletion(next: AnyObject, old: AnyObject): boolean {
  return (
    next.metadata.deletionTimestamp === old.metadata.deletionTimestamp &&
    next.metadata.deletionGracePeriodSeconds === old.metadata.deletionGracePeriodSeconds &&
    sameList(next.metadata.finalizers ?? [], old.metadata.finalizers ?? [])
  );
}

/** The garbage collector's finalizers, from the wish of the client or the resource's default. */
function nextFinalizers(old: AnyObject, options: DeletionOptions, strategy: Strategy): string[] {
  const current = old.metadata.finalizers ?? [];
  const orphan = wantsOrphan(current, options, strategy);
  const foreground = !orphan && wantsForeground(current, options);
  const others = current.filter((f) => f !== FINALIZER_ORPHAN && f !== FINALIZER_FOREGROUND);
  if (orphan && current.includes(FINALIZER_ORPHAN)) return current.filter((f) => f !== FINALIZER_FOREGROUND);
  if (foreground && current.includes(FINALIZER_FOREGROUND)) return current.filter((f) => f !== FINALIZER_ORPHAN);
  return [...others, ...(orphan ? [FINALIZER_ORPHAN] : []), ...(foreground ? [FINALIZER_FOREGROUND] : [])];
}

function wantsOrphan(current: readonly string[], options: DeletionOptions, strategy: Strategy): boolean {
  if (options.orphanDependents !== undefined) return options.orphanDependents;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Orphan';
  if (current.includes(FINALIZER_ORPHAN)) return true;
  if (current.includes(FINALIZER_FOREGROUND)) return false;
  return strategy.defaultPropagation === 'Orphan';
}

function wantsForeground(current: readonly string[], options: DeletionOptions): boolean {
  if (options.orphanDependents !== undefined) return false;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Foreground';
  return current.includes(FINALIZER_FOREGROUND);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((v, i) => v === b[i]);
}
