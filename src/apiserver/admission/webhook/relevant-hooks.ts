import { forbidden, StatusError } from '../../../machinery/status-error.ts';
import { errorMessage } from '../../../base/log.ts';
import type { MatchCondition } from '../../../api/admissionregistration/v1.gen.ts';
import type { AdmissionAttributes } from '../admission.ts';
import type { Hook } from './hooks.ts';
import { matchHook, type Invocation, type MatchOptions } from './match-hook.ts';
import type { VersionedObjects } from './review-request.ts';

/** What an evaluator of match conditions (CEL) gets. */
export interface ConditionInput extends VersionedObjects {
  readonly invocation: Invocation;
  readonly attributes: AdmissionAttributes;
}

/** True when all conditions hold; false as soon as one does not. Rejects when none is false and one cannot be evaluated. */
export type ConditionEvaluator = (conditions: readonly MatchCondition[], input: ConditionInput) => Promise<boolean>;

export interface RelevanceOptions extends MatchOptions {
  readonly evaluateConditions?: ConditionEvaluator;
}

const EXEMPT = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

/** What registers webhooks never goes to one: otherwise a broken one could not be removed. */
export function isExempt({ kind }: AdmissionAttributes): boolean {
  return kind.group === 'admissionregistration.k8s.io' && EXEMPT.has(kind.kind);
}

/** The invocation of a webhook that is to be asked about a request, its match conditions included. Rejects with StatusError. */
export async function relevant(
  options: RelevanceOptions,
  hook: Hook,
  a: AdmissionAttributes,
  objectsFor: (invocation: Invocation) => Promise<VersionedObjects>,
): Promise<Invocation | undefined> {
  const invocation = matchHook(options, hook, a);
  const { matchConditions = [], failurePolicy } = hook.webhook;
  if (!invocation || matchConditions.length === 0) return invocation;
  try {
    if (!options.evaluateConditions) throw new Error('match conditions cannot be evaluated');
    const input = { ...(await objectsFor(invocation)), invocation, attributes: a };
    return (await options.evaluateConditions(matchConditions, input)) ? invocation : undefined;
  } catch (error) {
    if (error instanceof StatusError) throw error;
    if (failurePolicy === 'Ignore') return undefined;
    throw forbidden(a.resource, a.name, errorMessage(error));
  }
}
