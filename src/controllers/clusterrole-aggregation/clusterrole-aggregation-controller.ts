/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles (pkg/controller/clusterroleaggregation). */
import type { ClusterRole, PolicyRule } from '../../api/rbac/v1.gen.ts';
import { clusterRoles } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { labelMatcher } from '../shared/label-selector.ts';
import { runController } from '../shared/run-controller.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';

const NAME = 'clusterrole-aggregation-controller';

export const clusterRoleAggregationController: Controller = { name: NAME, start: run };

/** The rules of all roles that the selectors choose, in order, without repetition. */
export function aggregateRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const matches = labelMatcher(selector);
    const chosen = all.filter((r) => r.metadata.name !== role.metadata.name && matches(r.metadata.labels));
    chosen.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    for (const rule of chosen.flatMap((r) => r.rules ?? [])) if (!rules.some((known) => semanticEqual(known, rule))) rules.push(rule);
  }
  return rules;
}

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const informer = ctx.informers.informer(clusterRoles);
  // Any role may be chosen by any aggregated one.
  const enqueue = () => {
    for (const role of informer.lister.list()) if (role.aggregationRule) queue.add(role.metadata.name);
  };
  informer.addHandler({ onAdd: enqueue, onUpdate: enqueue, onDelete: enqueue });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [informer],
    reconcile: async (name) => {
      const role = informer.lister.get(name);
      if (!role?.aggregationRule) return;
      const rules = aggregateRules(role, informer.lister.list());
      if (semanticEqual(rules, role.rules)) return;
      await ctx.client.resource(clusterRoles).apply({ metadata: { name }, rules }, { fieldManager: NAME, force: true });
    },
  });
}
