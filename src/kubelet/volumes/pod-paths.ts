import { join } from 'node:path';
import type { PodPaths } from './types.ts';

/** Upstream's layout: `pods/<uid>/{volumes,plugins,containers,volume-subpaths}`. */
export function podPaths(root: string): PodPaths {
  const pod = (uid: string) => join(root, 'pods', uid);
  const escaped = (plugin: string) => plugin.replace('/', '~');
  return {
    pod,
    volumes: (uid) => join(pod(uid), 'volumes'),
    volume: (uid, plugin, name) => join(pod(uid), 'volumes', escaped(plugin), name),
    subpaths: (uid) => join(pod(uid), 'volume-subpaths'),
    plugin: (uid, plugin) => join(pod(uid), 'plugins', escaped(plugin)),
    container: (uid, name) => join(pod(uid), 'containers', name),
  };
}
