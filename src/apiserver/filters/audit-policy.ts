/** Which requests are recorded, and how much of them (https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/). */
import type { AuthorizationAttributes } from '../authz/authorizer.ts';

export const AUDIT_LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export const AUDIT_STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type AuditLevel = (typeof AUDIT_LEVELS)[number];
export type AuditStage = (typeof AUDIT_STAGES)[number];

export interface AuditGroupResources {
  readonly group?: string;
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface AuditRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly AuditGroupResources[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

export interface AuditPolicy {
  readonly rules: readonly AuditRule[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

/** What is recorded of one request. */
export interface AuditConfig {
  readonly level: AuditLevel;
  readonly omitStages: ReadonlySet<AuditStage>;
  readonly omitManagedFields: boolean;
}

/** The first rule that matches decides; without one nothing is recorded. */
export function auditConfig(policy: AuditPolicy, request: AuthorizationAttributes): AuditConfig {
  const rule = policy.rules.find((r) => ruleMatches(r, request));
  return {
    level: rule?.level ?? 'None',
    omitStages: new Set([...(policy.omitStages ?? []), ...(rule?.omitStages ?? [])]),
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

export function atLeast(level: AuditLevel, wanted: AuditLevel): boolean {
  return AUDIT_LEVELS.indexOf(level) >= AUDIT_LEVELS.indexOf(wanted);
}

const isGiven = (list: readonly unknown[] | undefined): list is readonly unknown[] => list !== undefined && list.length > 0;

function ruleMatches(rule: AuditRule, request: AuthorizationAttributes): boolean {
  const { users, userGroups, verbs, namespaces, resources, nonResourceURLs } = rule;
  if (isGiven(users) && !users.includes(request.user.name)) return false;
  if (isGiven(userGroups) && !request.user.groups.some((g) => userGroups.includes(g))) return false;
  if (isGiven(verbs) && !verbs.includes(request.verb)) return false;
  if (isGiven(namespaces) || isGiven(resources)) return request.isResourceRequest && resourceMatches(rule, request);
  if (isGiven(nonResourceURLs)) return !request.isResourceRequest && nonResourceURLs.some((url) => pathMatches(url, request.path));
  return true;
}

/** The star at the end stands for any rest. */
function pathMatches(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));
}

function resourceMatches({ namespaces, resources }: AuditRule, request: AuthorizationAttributes): boolean {
  if (isGiven(namespaces) && !namespaces.includes(request.namespace)) return false;
  if (!isGiven(resources)) return true;
  return resources.some(({ group = '', resources: names = [], resourceNames = [] }) => {
    if (group !== '*' && group !== request.group) return false;
    if (names.length === 0) return true;
    return (resourceNames.length === 0 || resourceNames.includes(request.name)) && names.some((name) => nameMatches(name, request));
  });
}

function nameMatches(name: string, { resource, subresource }: AuthorizationAttributes): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return name === '*' || name === combined || (subresource !== '' && name === `*/${subresource}`) || name === `${resource}/*`;
}
