/** Tells kubelets how long they may keep secrets and config maps: the longer, the larger the cluster (pkg/controller/ttl). */
import type { Node } from '../../api/core/v1.gen.ts';
import { nodes } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';

const NAME = 'ttl-controller';
const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

interface Step {
  readonly min: number;
  readonly max: number;
  readonly seconds: number;
}

/** They overlap, so that a cluster at a boundary does not go back and forth. */
const STEPS: readonly Step[] = [
  { min: 0, max: 100, seconds: 0 },
  { min: 90, max: 500, seconds: 15 },
  { min: 450, max: 1000, seconds: 30 },
  { min: 900, max: 2000, seconds: 60 },
  { min: 1800, max: 2147483647, seconds: 300 },
];

/** The step for a number of nodes, from the step before. */
export function nextStep(step: number, count: number): number {
  const { min, max } = STEPS[step] ?? { min: 0, max: 0 };
  if (count > max && step < STEPS.length - 1) return nextStep(step + 1, count);
  return count < min && step > 0 ? nextStep(step - 1, count) : step;
}

export const ttlController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const informer = ctx.informers.informer(nodes);
  let count = 0;
  let step = 0;
  const enqueue = (node: Node) => queue.add(node.metadata.name);
  const resize = (change: number) => {
    count += change;
    step = nextStep(step, count);
  };
  informer.addHandler({
    onAdd: (node) => {
      resize(1);
      enqueue(node);
    },
    onUpdate: (_, node) => enqueue(node),
    onDelete: () => resize(-1),
  });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [informer],
    reconcile: async (name) => {
      const wanted = String(STEPS[step]?.seconds ?? 0);
      const node = informer.lister.get(name);
      if (!node || node.metadata.annotations?.[ANNOTATION] === wanted) return;
      try {
        await ctx.client.resource(nodes).patch(name, 'strategic', { metadata: { annotations: { [ANNOTATION]: wanted } } });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  });
}
