/** Which requests a FlowSchema is for (k8s.io/apiserver/pkg/util/flowcontrol/rule.go). */
import type {
  FlowSchemaSpec,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '../../../api/flowcontrol/v1.gen.ts';
import { SERVICE_ACCOUNT_PREFIX, serviceAccountUser } from '../../authn/service-account/user-name.ts';
import type { RequestInfo, UserInfo } from '../../request.ts';

export function schemaMatches(spec: FlowSchemaSpec, info: RequestInfo, user: UserInfo): boolean {
  return (spec.rules ?? []).some((rule) => ruleMatches(rule, info, user));
}

function ruleMatches(
  { subjects, resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects,
  info: RequestInfo,
  user: UserInfo,
): boolean {
  if (!subjects.some((subject) => subjectMatches(subject, user))) return false;
  return info.isResourceRequest
    ? resourceRules.some((rule) => resourceMatches(rule, info))
    : nonResourceRules.some((rule) => pathMatches(rule, info));
}

function subjectMatches(subject: Subject, { name, groups }: UserInfo): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.user?.name === '*' || subject.user?.name === name;
    case 'Group':
      return subject.group !== undefined && (subject.group.name === '*' || groups.includes(subject.group.name));
    case 'ServiceAccount': {
      if (!subject.serviceAccount) return false;
      const { namespace, name: account } = subject.serviceAccount;
      return account === '*' ? name.startsWith(`${SERVICE_ACCOUNT_PREFIX}${namespace}:`) : name === serviceAccountUser(namespace, account);
    }
    default:
      return false;
  }
}

function resourceMatches(rule: ResourcePolicyRule, { verb, resource, subresource, group, namespace }: RequestInfo): boolean {
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  if (!listed(rule.verbs, verb) || !listed(rule.resources, full) || !listed(rule.apiGroups, group)) return false;
  return namespace === '' ? rule.clusterScope === true : listed(rule.namespaces ?? [], namespace);
}

function pathMatches({ verbs, nonResourceURLs }: NonResourcePolicyRule, { verb, path }: RequestInfo): boolean {
  return listed(verbs, verb) && nonResourceURLs.some((url) => url === '*' || url === path || path.startsWith(folder(url)));
}

function folder(url: string): string {
  const prefix = url.endsWith('*') ? url.slice(0, -1) : url;
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}

/** The star stands alone when it stands for all. */
function listed(values: readonly string[], value: string): boolean {
  return (values.length === 1 && values[0] === '*') || values.includes(value);
}
