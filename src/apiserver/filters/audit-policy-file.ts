import { aggregateMessage, fieldPath, invalid, notSupported, required, type FieldError, type FieldPath } from '../../machinery/field.ts';
import { isDNS1123Subdomain } from '../../machinery/names.ts';
import { isObject } from '../../machinery/patch/values.ts';
import { parseYaml } from '../../wire/yaml/yaml.ts';
import { AUDIT_LEVELS, AUDIT_STAGES, type AuditPolicy, type AuditRule } from './audit-policy.ts';

/** Reads the text of `--audit-policy-file`. Throws an Error that says what is wrong. */
export function parseAuditPolicy(text: string): AuditPolicy {
  const value = parseYaml(text);
  if (!isObject(value)) throw new Error('failed decoding: the policy is not an object');
  const { apiVersion, kind } = value;
  if (apiVersion !== 'audit.k8s.io/v1' || kind !== 'Policy') {
    throw new Error(`unknown group version field ${String(apiVersion)}, Kind=${String(kind)} in policy`);
  }
  const policy = value as unknown as Partial<AuditPolicy>;
  const rules = (policy.rules ?? []) as readonly AuditRule[];
  const problems = aggregateMessage([
    ...checkStages(policy.omitStages, fieldPath('omitStages')),
    ...rules.flatMap((rule, i) => checkRule(rule, fieldPath('rules').index(i))),
  ]);
  if (problems !== undefined) throw new Error(problems);
  if (rules.length === 0) throw new Error('loaded illegal policy with 0 rules');
  return { ...policy, rules };
}

function checkRule(rule: AuditRule, at: FieldPath): FieldError[] {
  const urls = rule.nonResourceURLs ?? [];
  const errors = [
    ...checkLevel(rule.level, at.child('level')),
    ...urls.flatMap((url, i) => checkUrl(url, at.child('nonResourceURLs').index(i))),
    ...checkResources(rule, at.child('resources')),
    ...checkStages(rule.omitStages, at.child('omitStages')),
  ];
  const both = urls.length > 0 && ((rule.resources?.length ?? 0) > 0 || (rule.namespaces?.length ?? 0) > 0);
  if (both) errors.push(invalid(at.child('nonResourceURLs'), urls, 'rules cannot apply to both regular resources and non-resource URLs'));
  return errors;
}

function checkLevel(level: string | undefined, at: FieldPath): FieldError[] {
  if (level === undefined || level === '') return [required(at)];
  return (AUDIT_LEVELS as readonly string[]).includes(level) ? [] : [notSupported(at, level, AUDIT_LEVELS)];
}

function checkUrl(url: string, at: FieldPath): FieldError[] {
  if (url === '*') return [];
  const errors: FieldError[] = [];
  if (!url.startsWith('/')) errors.push(invalid(at, url, "non-resource URL rules must begin with a '/' character"));
  if (url.slice(0, -1).includes('*')) {
    errors.push(invalid(at, url, "non-resource URL wildcards '*' must be the final character of the rule"));
  }
  return errors;
}

function checkResources({ resources = [] }: AuditRule, at: FieldPath): FieldError[] {
  return resources.flatMap(({ group = '', resources: names = [], resourceNames = [] }) => {
    const errors: FieldError[] = [];
    const messages = group === '' || group === '*' ? [] : isDNS1123Subdomain(group);
    if (messages.length > 0) errors.push(invalid(at.child('group'), group, messages.join(',')));
    if (resourceNames.length > 0 && names.length === 0) {
      errors.push(invalid(at.child('resourceNames'), resourceNames, 'using resourceNames requires at least one resource'));
    }
    return errors;
  });
}

function checkStages(stages: readonly string[] | undefined, at: FieldPath): FieldError[] {
  const known: readonly string[] = AUDIT_STAGES;
  return (stages ?? []).flatMap((stage, i) =>
    known.includes(stage) ? [] : [invalid(at.index(i), stage, `allowed stages are ${known.join(',')}`)],
  );
}
