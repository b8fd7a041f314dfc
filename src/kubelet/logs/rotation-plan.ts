export interface RotationPlan {
  readonly remove: readonly string[];
  readonly compress: readonly string[];
}

/**
 * What to do with the rotated logs of a container before its current log joins them. `names` are those beside the current log; `maxFiles` counts
 * the current log and the one it is about to become. Pure.
 */
export function rotationPlan(names: readonly string[], maxFiles: number): RotationPlan {
  const whole = (name: string) => !name.endsWith('.tmp') && (name.endsWith('.gz') || !names.includes(`${name}.gz`));
  const usable = names.filter(whole).sort();
  const excess = Math.max(0, usable.length - Math.max(0, maxFiles - 2));
  return {
    remove: [...names.filter((name) => !whole(name)), ...usable.slice(0, excess)],
    compress: usable.slice(excess).filter((name) => !name.endsWith('.gz')),
  };
}
