import type { Plugin, Snapshot } from '../framework/plugin.ts';
import { MAX_SCORE } from '../framework/plugin.ts';

const STATE = 'ImageLocality';
const MB = 1024 * 1024;
const MIN_THRESHOLD = 23 * MB;
const MAX_CONTAINER_THRESHOLD = 1000 * MB;

/** Prefers nodes that have the pod's images, weighed by size and by how widely they are spread. */
export const imageLocality: Plugin = {
  name: STATE,
  weight: 1,
  preScore(state, pod, _nodes, snapshot: Snapshot) {
    const names = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((c) => normalised(c.image ?? ''));
    const all = snapshot.nodes();
    const spread = new Map<string, number>();
    for (const name of names) spread.set(name, all.filter((n) => n.images.has(name)).length / Math.max(1, all.length));
    state.set(STATE, { names, spread });
    return [...spread.values()].some((share) => share > 0);
  },
  score(state, _pod, node) {
    const { names, spread } = state.get(STATE) as { names: string[]; spread: Map<string, number> };
    let sum = 0;
    for (const name of names) sum += Math.trunc((node.images.get(name) ?? 0) * (spread.get(name) ?? 0));
    const max = MAX_CONTAINER_THRESHOLD * names.length;
    const bounded = Math.min(Math.max(sum, MIN_THRESHOLD), max);
    return Math.trunc((MAX_SCORE * (bounded - MIN_THRESHOLD)) / (max - MIN_THRESHOLD));
  },
};

/** A tag is always part of the name nodes report. */
function normalised(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
