/** Do somebody's rules hold everything that other rules grant (k8s.io/component-helpers/auth/rbac/validation). */
import type { PolicyRule } from '../../../api/rbac/v1.gen.ts';

/** The parts of `wanted`, each with one verb and one resource, name or URL, that no single rule of `owned` covers. */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !owned.some((rule) => ruleCovers(rule, part)));
}

/** A rule as equivalent rules that have at most one verb, one resource, one name each. */
export function breakDown(rule: PolicyRule): PolicyRule[] {
  const parts: PolicyRule[] = [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const part: PolicyRule = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (!rule.resourceNames?.length) parts.push(part);
        else for (const name of rule.resourceNames) parts.push({ ...part, resourceNames: [name] });
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) for (const verb of rule.verbs) parts.push({ verbs: [verb], nonResourceURLs: [url] });
  return parts;
}

/** Joins the verbs of parts that are about the same resource and name. */
export function compact(parts: readonly PolicyRule[]): PolicyRule[] {
  const others: PolicyRule[] = [];
  const simple = new Map<string, PolicyRule>();
  for (const part of parts) {
    const { apiGroups = [], resources = [], resourceNames = [] } = part;
    if (part.nonResourceURLs?.length || apiGroups.length !== 1 || resources.length !== 1 || resourceNames.length > 1) {
      others.push(part);
      continue;
    }
    const key = JSON.stringify([apiGroups, resources, resourceNames]);
    const same = simple.get(key);
    simple.set(key, same ? { ...same, verbs: [...same.verbs, ...part.verbs] } : part);
  }
  return [...others, ...simple.values()];
}

/** `{APIGroups:["apps"], Resources:["deployments"], Verbs:["create" "get"]}`, as Go prints it. */
export function describeRule(rule: PolicyRule): string {
  const fields: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  return `{${fields.flatMap(([name, values]) => (values?.length ? [`${name}:${quoteList(values)}`] : [])).join(', ')}}`;
}

/** A list as Go's %q prints it: `["a" "b"]`. */
export function quoteList(values: readonly string[]): string {
  return `[${values.map((v) => JSON.stringify(v)).join(' ')}]`;
}

function ruleCovers(owner: PolicyRule, part: PolicyRule): boolean {
  return (
    hasAll(owner.verbs, part.verbs) &&
    hasAll(owner.apiGroups, part.apiGroups) &&
    (part.resources ?? []).every((resource) => coversResource(owner.resources ?? [], resource)) &&
    (part.nonResourceURLs ?? []).every((url) => (owner.nonResourceURLs ?? []).some((owned) => coversUrl(owned, url))) &&
    coversNames(owner.resourceNames, part.resourceNames)
  );
}

/** True when the set has `*` or each of the values. */
function hasAll(set: readonly string[] = [], values: readonly string[] = []): boolean {
  return set.includes('*') || values.every((v) => set.includes(v));
}

function coversResource(owned: readonly string[], resource: string): boolean {
  if (owned.includes('*') || owned.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && owned.includes(`*${resource.slice(slash)}`);
}

function coversUrl(owned: string, url: string): boolean {
  return owned === url || (owned.endsWith('*') && url.startsWith(owned.replace(/\*+$/, '')));
}

function coversNames(owned: readonly string[] = [], names: readonly string[] = []): boolean {
  return owned.length === 0 || (names.length > 0 && names.every((name) => owned.includes(name)));
}
