/** Joining tolerations (pkg/util/tolerations). */
import { isDeepStrictEqual } from 'node:util';
import type { Toleration } from '../../../api/core/v1.gen.ts';

/** Both lists, without what another of them covers; of equal ones the first stays. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [i, one] of all.entries()) {
    const covered =
      merged.some((m) => covers(m, one)) || all.slice(i + 1).some((later) => !isDeepStrictEqual(one, later) && covers(later, one));
    if (!covered) merged.push(one);
  }
  return merged;
}

/** Does every toleration have one in the list that covers it? */
export function allCovered(tolerations: readonly Toleration[], list: readonly Toleration[]): boolean {
  return list.length === 0 || tolerations.every((t) => list.some((allowed) => covers(allowed, t)));
}

function covers(wide: Toleration, narrow: Toleration): boolean {
  if (isDeepStrictEqual(wide, narrow)) return true;
  const wideKey = wide.key ?? '';
  if ((narrow.key ?? '') !== wideKey && (wideKey !== '' || wide.operator !== 'Exists')) return false;
  if (wide.effect && wide.effect !== narrow.effect) return false;
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined) {
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > wide.tolerationSeconds) return false;
  }
  if (wide.operator === 'Exists') return true;
  return (wide.operator ?? 'Equal') === 'Equal' && narrow.operator === 'Equal' && (narrow.value ?? '') === (wide.value ?? '');
}
