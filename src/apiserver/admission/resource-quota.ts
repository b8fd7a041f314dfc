import { quotaEvaluatorFor } from '../../machinery/quota/evaluators.ts';
import type { AdmissionPlugin } from './admission.ts';
import { onOperations } from './operations.ts';
import type { LimitedResource } from './resource-quota/check-request.ts';
import { QuotaLedger, type QuotaLedgerOptions } from './resource-quota/quota-ledger.ts';

/** Nothing is created beyond its namespace's quotas (https://kubernetes.io/docs/concepts/policy/resource-quotas/). The last plugin: what others refuse costs nothing. */
export function resourceQuota(options: QuotaLedgerOptions & { readonly limitedResources?: readonly LimitedResource[] }): AdmissionPlugin {
  const ledger = new QuotaLedger(options);
  const limited = options.limitedResources ?? [];
  return {
    name: 'ResourceQuota',
    handles: onOperations('CREATE', 'UPDATE'),
    async validate(a) {
      if (a.namespace === '' || (a.kind.group === '' && a.kind.kind === 'Namespace')) return;
      const evaluator = quotaEvaluatorFor(a.resource.group, a.resource.resource);
      if (evaluator?.handles(a)) await ledger.charge(a, { evaluator, limited });
    },
  };
}
