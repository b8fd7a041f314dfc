import { normalize } from 'node:path';
import type { Pod } from '../../api/core/v1.gen.ts';
import { allContainers } from '../pod/containers.ts';

/** Directories that a volume needs inside, because containers mount others below it. Relative paths. */
export function nestedMountPoints(pod: Pod, volume: string): string[] {
  const out = new Set<string>();
  for (const container of allContainers(pod.spec)) {
    const mounts = container.volumeMounts ?? [];
    for (const own of mounts.filter((m) => m.name === volume && !m.subPath && !m.subPathExpr)) {
      const base = `${normalize(own.mountPath).replace(/\/$/, '')}/`;
      for (const other of mounts) {
        const path = normalize(other.mountPath);
        if (other.name !== volume && path.startsWith(base)) out.add(path.slice(base.length));
      }
    }
  }
  // Of nested ones the outermost is enough: the others are made in the volume mounted there.
  const all = [...out].filter((path) => !path.startsWith('..'));
  return all.filter((path) => !all.some((other) => other !== path && path.startsWith(`${other}/`)));
}
