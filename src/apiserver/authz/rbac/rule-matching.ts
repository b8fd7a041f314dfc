/** Does one PolicyRule allow one request (pkg/apis/rbac/v1/evaluation_helpers.go). */
import type { PolicyRule } from '../../../api/rbac/v1.gen.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';

export function ruleAllows(attributes: AuthorizationAttributes, rule: PolicyRule): boolean {
  if (!hasOrAll(rule.verbs, attributes.verb)) return false;
  if (!attributes.isResourceRequest) return urlMatches(rule.nonResourceURLs, attributes.path);
  return (
    hasOrAll(rule.apiGroups, attributes.group) &&
    resourceMatches(rule.resources, attributes) &&
    nameMatches(rule.resourceNames, attributes.name)
  );
}

function hasOrAll(values: readonly string[] | undefined, wanted: string): boolean {
  return values !== undefined && (values.includes(wanted) || values.includes('*'));
}

function resourceMatches(resources: readonly string[] | undefined, { resource, subresource }: AuthorizationAttributes): boolean {
  if (!resources) return false;
  if (subresource === '') return resources.includes(resource) || resources.includes('*');
  return resources.includes('*') || resources.includes(`${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

/** A rule without names matches all; one with names never matches a request without one (list, create). */
function nameMatches(names: readonly string[] | undefined, name: string): boolean {
  return names === undefined || names.length === 0 || names.includes(name);
}

function urlMatches(urls: readonly string[] | undefined, path: string): boolean {
  return (
    urls?.some((url) => {
      return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));
    }) ?? false
  );
}
