/** Refuses registrations whose expressions do not compile, before they are stored. */
import type { CustomResourceDefinition } from '../../../api/apiextensions/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { errorMessage } from '../../../base/log.ts';
import { FieldError, fieldPath, invalid, toInvalid, type FieldPath } from '../../../machinery/field.ts';
import { checkRules } from '../../crd/rules-check.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { CONDITION_VARIABLES, policyConditionVariables, policyVariables, program } from './expressions.ts';

export const expressionValidation: AdmissionPlugin = {
  name: 'ExpressionValidation',
  handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
  async validate(a) {
    if (!a.object || a.subresource !== '') return;
    const errors = check(a.kind.group, a.kind.kind, a.object);
    if (errors.length === 0) return;
    // What was stored with the same errors may still be changed otherwise.
    const before = new Set(a.oldObject ? check(a.kind.group, a.kind.kind, a.oldObject).map(String) : []);
    const fresh = errors.filter((error) => !before.has(error.toString()));
    if (fresh.length > 0) throw toInvalid(a.kind, nameOf(a), fresh);
  },
};

const nameOf = (a: AdmissionAttributes): string => a.name || a.object?.metadata.name || '';

function check(group: string, kind: string, object: AnyObject): FieldError[] {
  if (group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition')
    return checkRules(object as unknown as CustomResourceDefinition);
  if (group !== 'admissionregistration.k8s.io') return [];
  if (kind.endsWith('WebhookConfiguration')) return webhooks((object['webhooks'] ?? []) as Conditional[]);
  return kind.endsWith('AdmissionPolicy') ? policy((object['spec'] ?? {}) as PolicySpec) : [];
}

interface Conditional {
  readonly matchConditions?: readonly { readonly expression?: string }[];
}

interface PolicySpec extends Conditional {
  readonly paramKind?: unknown;
  readonly variables?: readonly { readonly expression?: string }[];
  readonly validations?: readonly { readonly expression?: string; readonly messageExpression?: string }[];
  readonly auditAnnotations?: readonly { readonly valueExpression?: string }[];
  readonly mutations?: readonly {
    readonly applyConfiguration?: { readonly expression?: string };
    readonly jsonPatch?: { readonly expression?: string };
  }[];
}

function webhooks(list: readonly Conditional[]): FieldError[] {
  return list.flatMap((webhook, i) => conditions(webhook, fieldPath('webhooks').index(i), CONDITION_VARIABLES));
}

function conditions({ matchConditions = [] }: Conditional, path: FieldPath, variables: readonly string[]): FieldError[] {
  return matchConditions.flatMap(({ expression }, i) =>
    compiles(expression, path.child('matchConditions').index(i).child('expression'), variables, true),
  );
}

function policy(spec: PolicySpec): FieldError[] {
  const path = fieldPath('spec');
  const variables = policyVariables(spec.paramKind !== undefined);
  const errors = conditions(spec, path, policyConditionVariables(spec.paramKind !== undefined));
  const add = (text: string | undefined, at: FieldPath, isBoolean = false) => void errors.push(...compiles(text, at, variables, isBoolean));
  for (const [i, v] of (spec.variables ?? []).entries()) add(v.expression, path.child('variables').index(i).child('expression'));
  for (const [i, v] of (spec.validations ?? []).entries()) {
    add(v.expression, path.child('validations').index(i).child('expression'), true);
    add(v.messageExpression, path.child('validations').index(i).child('messageExpression'));
  }
  for (const [i, v] of (spec.auditAnnotations ?? []).entries())
    add(v.valueExpression, path.child('auditAnnotations').index(i).child('valueExpression'));
  for (const [i, m] of (spec.mutations ?? []).entries()) {
    add(m.applyConfiguration?.expression, path.child('mutations').index(i).child('applyConfiguration', 'expression'));
    add(m.jsonPatch?.expression, path.child('mutations').index(i).child('jsonPatch', 'expression'));
  }
  return errors;
}

function compiles(expression: string | undefined, path: FieldPath, variables: readonly string[], isBoolean: boolean): FieldError[] {
  if (expression === undefined || expression === '') return [];
  try {
    const { type } = program(expression, variables);
    return isBoolean && type.kind !== 'bool' && type.kind !== 'dyn' ? [invalid(path, expression, 'must evaluate to bool')] : [];
  } catch (error) {
    return [invalid(path, expression, `compilation failed: ${errorMessage(error)}`)];
  }
}
