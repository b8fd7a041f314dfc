/** Match conditions: any false one means no, and only when none is false do failures count. */
import type { MatchCondition } from '../../../api/admissionregistration/v1.gen.ts';
import { errorMessage } from '../../../base/log.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { ConditionEvaluator } from '../webhook/relevant-hooks.ts';
import { requestBindings, type Bindings } from './bindings.ts';
import { CONDITION_VARIABLES, program } from './expressions.ts';

/** For webhooks. */
export function webhookConditions(authorizer: Authorizer): ConditionEvaluator {
  return (conditions, input) =>
    allHold(conditions, requestBindings(authorizer, input.invocation, input, input.attributes), CONDITION_VARIABLES);
}

/** Rejects when none is false and one cannot be evaluated. */
export async function allHold(conditions: readonly MatchCondition[], bindings: Bindings, variables: readonly string[]): Promise<boolean> {
  const errors: string[] = [];
  for (const { expression, name } of conditions) {
    try {
      const result = await program(expression, variables).runAsync(bindings);
      if (result === false) return false;
      if (result !== true) errors.push(`match condition ${name} did not evaluate to a bool`);
    } catch (error) {
      errors.push(`expression '${expression}' resulted in error: ${errorMessage(error)}`);
    }
  }
  if (errors.length === 0) return true;
  throw new Error(errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`);
}
