/** Writes what is wrong with the types in a policy's expressions (pkg/controller/validatingadmissionpolicystatus, KEP-3488). */
import { validatingAdmissionPolicies } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';

const NAME = 'validatingadmissionpolicy-status-controller';
/** Upstream's field manager. */
const MANAGER = 'validatingadmissionpolicy-status';

export const validatingAdmissionPolicyStatusController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const policies = ctx.informers.informer(validatingAdmissionPolicies);
  policies.addHandler({ onAdd: (p) => queue.add(p.metadata.name), onUpdate: (_, p) => queue.add(p.metadata.name) });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [policies],
    reconcile: async (name) => {
      const policy = policies.lister.get(name);
      const generation = policy?.metadata.generation ?? 0;
      if (!policy || generation <= (policy.status?.observedGeneration ?? 0)) return;
      const expressionWarnings = (await ctx.options.checkPolicyTypes?.(policy)) ?? [];
      const typeChecking = expressionWarnings.length > 0 ? { expressionWarnings: [...expressionWarnings] } : {};
      const status = { observedGeneration: generation, typeChecking };
      const options = { fieldManager: MANAGER, force: true, subresource: 'status' };
      await ctx.client.resource(validatingAdmissionPolicies).apply({ metadata: { name }, status }, options);
    },
  });
}
