import { goShown } from './go-shown.ts';
import { unifiedDiff } from './unified-diff.ts';

/** What changed between two values of a type, as upstream adds it to its refusals. */
export function goDiff(typeId: string, before: unknown, after: unknown): string {
  return unifiedDiff(pretty(typeId, before), pretty(typeId, after));
}

const pretty = (typeId: string, value: unknown) => JSON.stringify(goShown(typeId, value), null, ' ');
