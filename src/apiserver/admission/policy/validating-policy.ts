/** ValidatingAdmissionPolicy (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/). */
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, Validation } from '../../../api/admissionregistration/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { errorMessage } from '../../../base/log.ts';
import { forbidden, StatusError } from '../../../machinery/status-error.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { requestBindings } from './bindings.ts';
import { Evaluation } from './evaluation.ts';
import { isPolicyObject, matchPolicy } from './match-policy.ts';
import { paramsFor } from './params.ts';
import type { PolicyOptions } from './policy-options.ts';

const GROUP = 'admissionregistration.k8s.io';

interface Decision {
  readonly message: string;
  readonly reason: string;
  readonly policy: string;
  readonly binding: string;
  readonly actions: readonly string[];
}

export function validatingAdmissionPolicy(options: PolicyOptions): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionPolicy',
    handles: () => true,
    async validate(a) {
      if (isPolicyObject(a)) return;
      const bindings = options.registry
        .reader(GROUP, 'validatingadmissionpolicybindings')
        .list() as unknown as ValidatingAdmissionPolicyBinding[];
      if (bindings.length === 0) return;
      const decisions: Decision[] = [];
      for (const binding of bindings) decisions.push(...(await decide(options, binding, a)));
      act(decisions, a);
    },
  };
}

async function decide(options: PolicyOptions, binding: ValidatingAdmissionPolicyBinding, a: AdmissionAttributes): Promise<Decision[]> {
  const { policyName, matchResources, paramRef, validationActions } = binding.spec;
  const policy = options.registry.reader(GROUP, 'validatingadmissionpolicies').get('', policyName) as unknown as
    ValidatingAdmissionPolicy | undefined;
  if (!policy?.spec) return [];
  const ids = { policy: policyName, binding: binding.metadata?.name ?? '', actions: validationActions };
  try {
    const invocation = matchPolicy(options, policyName, policy.spec.matchConstraints, a);
    if (!invocation || (matchResources && !matchPolicy(options, policyName, matchResources, a))) return [];
    const { convert } = options.forms;
    const objects = {
      object: a.object && (a.operation === 'CONNECT' ? a.object : await convert(a.object, invocation.kind)),
      oldObject: a.oldObject && (await convert(a.oldObject, invocation.kind)),
    };
    const request = requestBindings(options.authorizer, invocation, objects, a);
    const namespace = a.namespace === '' ? undefined : options.registry.reader('', 'namespaces').get('', a.namespace);
    const decisions: Decision[] = [];
    for (const params of paramsFor(options, policy.spec.paramKind, paramRef, a)) {
      const evaluation = new Evaluation(request, namespace, params, policy.spec.variables ?? []);
      for (const { message, reason } of await evaluate(policy, evaluation, a)) decisions.push({ ...ids, message, reason });
    }
    return decisions;
  } catch (error) {
    if (policy.spec.failurePolicy === 'Ignore') return [];
    return [{ ...ids, actions: ['Deny'], reason: 'Invalid', message: `failed to configure binding: ${errorMessage(error)}` }];
  }
}

interface Failure {
  readonly message: string;
  readonly reason: string;
}

async function evaluate({ spec, metadata }: ValidatingAdmissionPolicy, evaluation: Evaluation, a: AdmissionAttributes): Promise<Failure[]> {
  const ignores = spec?.failurePolicy === 'Ignore';
  try {
    if (!(await evaluation.conditionsHold(spec?.matchConditions ?? []))) return [];
  } catch (error) {
    return ignores ? [] : [{ message: errorMessage(error), reason: 'Invalid' }];
  }
  const failures: Failure[] = [];
  for (const validation of spec?.validations ?? []) {
    const failure = await validate(validation, evaluation, ignores);
    if (failure) failures.push(failure);
  }
  for (const { key, valueExpression } of spec?.auditAnnotations ?? []) {
    try {
      const value = await evaluation.value(valueExpression);
      if (typeof value === 'string' && value.trim() !== '')
        a.auditAnnotations.set(`${metadata?.name ?? ''}/${key}`, value.trim().slice(0, 10 * 1024));
    } catch (error) {
      if (!ignores)
        failures.push({ message: `expression '${valueExpression}' resulted in error: ${errorMessage(error)}`, reason: 'Invalid' });
    }
  }
  return failures;
}

async function validate(validation: Validation, evaluation: Evaluation, ignores: boolean): Promise<Failure | undefined> {
  const { expression, message, reason = 'Invalid' } = validation;
  try {
    if ((await evaluation.value(expression)) === true) return undefined;
  } catch (error) {
    return ignores ? undefined : { message: `expression '${expression}' resulted in error: ${errorMessage(error)}`, reason: 'Invalid' };
  }
  const said = await dynamicMessage(validation, evaluation);
  return { message: said ?? (message?.trim() || `failed expression: ${expression.trim()}`), reason };
}

/** What the expression says, when it says something that may be shown; otherwise the fixed message stands. */
async function dynamicMessage({ messageExpression }: Validation, evaluation: Evaluation): Promise<string | undefined> {
  if (!messageExpression) return undefined;
  const text = await evaluation.value(messageExpression).catch(() => undefined);
  return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') && text.length <= 5 * 1024 ? text.trim() : undefined;
}

const CODES: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, Invalid: 422, RequestEntityTooLarge: 413 };

function act(decisions: readonly Decision[], a: AdmissionAttributes): void {
  const text = ({ policy, binding, message }: Decision, verb: string) =>
    `ValidatingAdmissionPolicy '${policy}' with binding '${binding}' ${verb}: ${message}`;
  const published = decisions.filter((d) => d.actions.includes('Audit'));
  for (const d of decisions)
    if (d.actions.includes('Warn')) a.warnings.add(`Validation failed for ${text(d, 'denied request').replace(' denied request', '')}`);
  if (published.length > 0) {
    a.auditAnnotations.set(
      'validation.policy.admission.k8s.io/validation_failure',
      JSON.stringify(
        published.map(({ message, policy, binding, actions }, expressionIndex) => ({
          message,
          policy,
          binding,
          expressionIndex,
          validationActions: actions,
        })),
      ),
    );
  }
  const denied = decisions.filter((d) => d.actions.includes('Deny'));
  const [first] = denied;
  if (!first) return;
  const { status } = forbidden(a.resource, nameOf(a.object, a.name), text(first, 'denied request'));
  throw new StatusError({
    ...status,
    reason: first.reason,
    code: CODES[first.reason] ?? 422,
    details: { ...status.details, causes: denied.map((d) => ({ message: text(d, 'denied request') })) },
  });
}

function nameOf(object: AnyObject | undefined, name: string): string {
  return name || object?.metadata?.name || object?.metadata?.generateName || 'Unknown';
}
