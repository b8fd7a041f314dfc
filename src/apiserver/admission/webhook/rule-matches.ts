import type { RuleWithOperations } from '../../../api/admissionregistration/v1.gen.ts';
import type { GroupVersionResource } from '../../../api/object.ts';
import type { AdmissionOperation } from '../admission.ts';

export interface RuleSubject {
  readonly operation: AdmissionOperation;
  readonly resource: GroupVersionResource;
  readonly subresource: string;
  readonly namespace: string;
}

/** Is the request one of those that a rule names (k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules)? */
export function ruleMatches(rule: RuleWithOperations, subject: RuleSubject): boolean {
  const { group, version } = subject.resource;
  return (
    scopeMatches(rule.scope, subject) &&
    listed(rule.operations, subject.operation) &&
    listed(rule.apiGroups, group) &&
    listed(rule.apiVersions, version) &&
    (rule.resources ?? []).some((text) => resourceMatches(text, subject))
  );
}

/** A namespace is a cluster-scoped object, though its requests carry its name as their namespace. */
function scopeMatches(scope: string | undefined, { resource, namespace }: RuleSubject): boolean {
  const isCluster = namespace === '' || (resource.group === '' && resource.version === 'v1' && resource.resource === 'namespaces');
  if (scope === 'Namespaced') return !isCluster;
  if (scope === 'Cluster') return isCluster;
  return scope === undefined || scope === '*';
}

function listed(values: readonly string[] | undefined, value: string): boolean {
  return values?.some((v) => v === '*' || v === value) ?? false;
}

/** `pods`, `pods/log`, `pods/*`, `*`, `*` of one subresource: without a slash the resource itself, not its subresources. */
function resourceMatches(text: string, { resource, subresource }: RuleSubject): boolean {
  const [name = '', sub = ''] = text.split('/', 2);
  return (name === '*' || name === resource.resource) && (sub === '*' || sub === subresource);
}
