/** Whether a policy, and a binding of it, are about a request (k8s.io/apiserver/pkg/admission/plugin/policy/matching). */
import type { MatchResources, NamedRuleWithOperations } from '../../../api/admissionregistration/v1.gen.ts';
import type { AdmissionAttributes } from '../admission.ts';
import type { Webhook } from '../webhook/hooks.ts';
import { matchHook, type Invocation, type MatchOptions } from '../webhook/match-hook.ts';
import { ruleMatches } from '../webhook/rule-matches.ts';

const EVERYTHING: NamedRuleWithOperations = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };

/** Undefined: it is not. Throws StatusError when that cannot be told. */
export function matchPolicy(
  options: MatchOptions,
  name: string,
  resources: MatchResources | undefined,
  a: AdmissionAttributes,
): Invocation | undefined {
  const named = (rule: NamedRuleWithOperations) => (rule.resourceNames?.length ?? 0) === 0 || rule.resourceNames?.includes(a.name) === true;
  if (resources?.excludeResourceRules?.some((rule) => named(rule) && ruleMatches(rule, a))) return undefined;
  const all = resources?.resourceRules ?? [];
  const rules = (all.length === 0 ? [EVERYTHING] : all).filter(named);
  const { namespaceSelector, objectSelector, matchPolicy: policy = 'Equivalent' } = resources ?? {};
  const webhook = { name, rules, matchPolicy: policy, namespaceSelector, objectSelector } as unknown as Webhook;
  return matchHook(options, { uid: name, configuration: name, webhook }, a);
}

const REGISTRATIONS = new Set([
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

/** Policies are not about policies: otherwise a broken one could not be removed. */
export function isPolicyObject({ kind }: AdmissionAttributes): boolean {
  return kind.group === 'admissionregistration.k8s.io' && REGISTRATIONS.has(kind.kind);
}
