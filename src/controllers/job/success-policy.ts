/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#success-policy (pkg/controller/job/success_policy.go, KEP-3998). */
import type { SuccessPolicy } from '../../api/batch/v1.gen.ts';
import { overlap, parse, total, type Intervals } from './intervals.ts';

/** The message of the condition when a rule is met, or undefined. */
export function matchSuccessPolicy(policy: SuccessPolicy | undefined, completions: number, succeeded: Intervals): string | undefined {
  if (!policy || succeeded.length === 0) return undefined;
  const index = policy.rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && total(succeeded) >= succeededCount;
    const required = parse(succeededIndexes, completions);
    const met = overlap(required, succeeded);
    return required.length > 0 && (met === total(required) || (succeededCount !== undefined && met >= succeededCount));
  });
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}
