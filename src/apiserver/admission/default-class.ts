import type { AnyObject } from '../../api/object.ts';

/** Of several that are marked as default, the newest; of equally old ones, the first by name. */
export function newestDefault(classes: readonly AnyObject[], annotations: readonly string[]): AnyObject | undefined {
  const made = (o: AnyObject) => Date.parse(o.metadata.creationTimestamp ?? '') || 0;
  return classes
    .filter((c) => annotations.some((key) => c.metadata.annotations?.[key] === 'true'))
    .sort((a, b) => made(b) - made(a) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}
