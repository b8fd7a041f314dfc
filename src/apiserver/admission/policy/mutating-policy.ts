/** MutatingAdmissionPolicy (https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/). */
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Mutation } from '../../../api/admissionregistration/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { groupVersionString } from '../../../api/surface.ts';
import { errorMessage } from '../../../base/log.ts';
import { builtinType } from '../../../machinery/managed-fields/builtin-type.ts';
import { mergeTyped } from '../../../machinery/managed-fields/merge.ts';
import { DEDUCED } from '../../../machinery/managed-fields/type.ts';
import { StructValue, toJson } from '../../../machinery/cel/values.ts';
import { runJsonPatch } from '../../../machinery/patch/json-patch.ts';
import type { JsonObject } from '../../../machinery/patch/values.ts';
import { builtinTypeId } from '../../../machinery/type-id.ts';
import { semanticEqual } from '../../registry/shared/semantic-equal.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { denied } from '../attributes.ts';
import type { Invocation } from '../webhook/match-hook.ts';
import { requestBindings } from './bindings.ts';
import { Evaluation } from './evaluation.ts';
import { isPolicyObject, matchPolicy } from './match-policy.ts';
import { paramsFor } from './params.ts';
import type { PolicyOptions } from './policy-options.ts';

const GROUP = 'admissionregistration.k8s.io';

export function mutatingAdmissionPolicy(options: PolicyOptions): AdmissionPlugin {
  return {
    name: 'MutatingAdmissionPolicy',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    async admit(a) {
      if (isPolicyObject(a)) return;
      const bindings = options.registry
        .reader(GROUP, 'mutatingadmissionpolicybindings')
        .list() as unknown as MutatingAdmissionPolicyBinding[];
      for (const binding of bindings) await apply(options, binding, a);
    },
  };
}

async function apply(options: PolicyOptions, { metadata, spec }: MutatingAdmissionPolicyBinding, a: AdmissionAttributes): Promise<void> {
  const policyName = spec?.policyName ?? '';
  const policy = options.registry.reader(GROUP, 'mutatingadmissionpolicies').get('', policyName) as unknown as
    MutatingAdmissionPolicy | undefined;
  if (!policy?.spec || !a.object) return;
  if (a.reinvocation?.running && policy.spec.reinvocationPolicy !== 'IfNeeded') return;
  try {
    const invocation = matchPolicy(options, policyName, policy.spec.matchConstraints, a);
    if (!invocation || (spec?.matchResources && !matchPolicy(options, policyName, spec.matchResources, a))) return;
    const before = a.object;
    for (const params of paramsFor(options, policy.spec.paramKind, spec?.paramRef, a))
      await mutateAll(options, policy, invocation, params, a);
    if (a.reinvocation && !semanticEqual(before, a.object)) a.reinvocation.needed = true;
  } catch (error) {
    if (policy.spec.failurePolicy === 'Ignore') return;
    throw denied(a, `policy '${policyName}' with binding '${metadata?.name ?? ''}' denied request: ${errorMessage(error)}`);
  }
}

async function mutateAll(
  options: PolicyOptions,
  policy: MutatingAdmissionPolicy,
  invocation: Invocation,
  params: AnyObject | null | undefined,
  a: AdmissionAttributes,
): Promise<void> {
  const { variables = [], matchConditions = [], mutations = [] } = policy.spec ?? {};
  const namespace = a.namespace === '' ? undefined : options.registry.reader('', 'namespaces').get('', a.namespace);
  const { forms } = options;
  const oldObject = a.oldObject && (await forms.convert(a.oldObject, invocation.kind));
  const start = (object: AnyObject) =>
    new Evaluation(requestBindings(options.authorizer, invocation, { object, oldObject }, a), namespace, params, variables);
  let object = await forms.convert(a.object as AnyObject, invocation.kind);
  if (!(await start(object).conditionsHold(matchConditions))) return;
  for (const mutation of mutations) object = forms.read(await mutate(mutation, object, start(object)), invocation.kind);
  a.object = await forms.convert(object, a.kind);
}

async function mutate(mutation: Mutation, object: AnyObject, evaluation: Evaluation): Promise<unknown> {
  const expression = mutation.applyConfiguration?.expression ?? mutation.jsonPatch?.expression ?? '';
  let value: unknown;
  try {
    value = await evaluation.value(expression);
  } catch (error) {
    throw new Error(`expression '${expression}' resulted in error: ${errorMessage(error)}`, { cause: error });
  }
  return mutation.patchType === 'JSONPatch' ? patched(object, value) : merged(object, value);
}

function patched(object: AnyObject, value: unknown): unknown {
  if (!Array.isArray(value)) throw new Error('JSONPatch expression must evaluate to a list of JSONPatch');
  return runJsonPatch(
    structuredClone(object),
    value.map((operation) => toJson(operation) as JsonObject),
  );
}

/** As server-side apply puts it in, except that nobody owns anything, and nothing is taken away. */
function merged(object: AnyObject, value: unknown): unknown {
  if (!(value instanceof StructValue) || value.type !== 'Object') throw new Error('ApplyConfiguration expression must evaluate to Object');
  const configuration = { ...(toJson(value) as JsonObject), apiVersion: object.apiVersion, kind: object.kind };
  const slash = object.apiVersion.indexOf('/');
  const gv =
    slash < 0
      ? { group: '', version: object.apiVersion }
      : { group: object.apiVersion.slice(0, slash), version: object.apiVersion.slice(slash + 1) };
  const id = builtinTypeId(groupVersionString(gv), object.kind);
  return structuredClone(mergeTyped(id === undefined ? () => DEDUCED : builtinType(id), object, configuration));
}
