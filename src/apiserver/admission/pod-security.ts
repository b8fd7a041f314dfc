import { isDeepStrictEqual } from 'node:util';
import type { Pod } from '../../api/core/v1.gen.ts';
import { aggregateMessage, toInvalid, type FieldError } from '../../machinery/field.ts';
import { forbidden, internalError } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { onOperations } from './operations.ts';
import { allContainers, asPod } from './pod/pod-of.ts';
import { describeViolations, evaluatePod } from './pod-security/evaluate.ts';
import { warningsForNamespace } from './pod-security/namespace-warnings.ts';
import { compareLevels, DEFAULT_POLICY, describe, isPrivileged, policyOf, samePolicy, type Policy } from './pod-security/policy.ts';

export interface PodSecurityOptions {
  readonly registry: RegistryReader;
  /** For namespaces without labels; privileged. */
  readonly defaults?: Policy;
  readonly exemptUsers?: readonly string[];
  readonly exemptNamespaces?: readonly string[];
  readonly exemptRuntimeClasses?: readonly string[];
}

const AUDIT_PREFIX = 'pod-security.kubernetes.io/';
const IGNORED_SUBRESOURCES = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);

/** Where the pod template of a resource is, by `resource.group`. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  podtemplates: ['template'],
  replicationcontrollers: ['spec', 'template'],
  'replicasets.apps': ['spec', 'template'],
  'deployments.apps': ['spec', 'template'],
  'statefulsets.apps': ['spec', 'template'],
  'daemonsets.apps': ['spec', 'template'],
  'jobs.batch': ['spec', 'template'],
  'cronjobs.batch': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Pod Security Standards by namespace: enforce, audit, warn (https://kubernetes.io/docs/concepts/security/pod-security-admission/). */
export function podSecurity(options: PodSecurityOptions): AdmissionPlugin {
  return {
    name: 'PodSecurity',
    handles: onOperations('CREATE', 'UPDATE'),
    async validate(a) {
      const { group, resource } = a.resource;
      const name = group === '' ? resource : `${resource}.${group}`;
      if (name === 'namespaces') return a.subresource === '' ? checkNamespace(a, options) : undefined;
      if (name === 'pods') return IGNORED_SUBRESOURCES.has(a.subresource) ? undefined : checkPod(a, options);
      const path = Object.hasOwn(TEMPLATES, name) && a.subresource === '' ? TEMPLATES[name] : undefined;
      if (path) checkTemplate(a, path, options);
    },
  };
}

function checkNamespace(a: AdmissionAttributes, options: PodSecurityOptions): void {
  const defaults = options.defaults ?? DEFAULT_POLICY;
  const labels = a.object?.metadata.labels;
  const { policy, errors } = policyOf(labels, defaults);
  const old = a.operation === 'UPDATE' ? policyOf(a.oldObject?.metadata.labels, defaults) : undefined;
  // What was wrong before may stay so.
  if (errors.length > 0 && !(old && isDeepStrictEqual(old.errors.map(String), errors.map(String)))) throw toInvalid(a.kind, a.name, errors);
  const exempt = options.exemptNamespaces?.includes(a.namespace || a.name) ?? false;
  if (!old) return exempt ? warnOfExemption(a, policy, defaults) : undefined;
  const { enforce } = policy;
  if (isDeepStrictEqual(enforce, old.policy.enforce) || enforce.level === 'privileged') return;
  if (enforce.minor === old.policy.enforce.minor && compareLevels(enforce.level, old.policy.enforce.level) <= 0) return;
  if (exempt) return warnOfExemption(a, policy, defaults);
  const name = a.object?.metadata.name ?? a.name;
  const pods = (options.registry.reader('', 'pods').list(name) as unknown as Pod[]).filter((pod) => !isExemptClass(pod.spec, options));
  for (const warning of warningsForNamespace(name, pods, enforce)) a.warnings.add(warning);
}

function warnOfExemption(a: AdmissionAttributes, policy: Policy, defaults: Policy): void {
  if (isPrivileged(policy) || samePolicy(policy, defaults)) return;
  const labels = a.object?.metadata.labels ?? {};
  const asked = (['enforce', 'audit', 'warn'] as const)
    .filter((mode) => policy[mode].level !== 'privileged' && [mode, `${mode}-version`].some((l) => Object.hasOwn(labels, AUDIT_PREFIX + l)))
    .map((mode) => `${mode}=${describe(policy[mode])}`);
  a.warnings.add(
    `namespace ${JSON.stringify(a.object?.metadata.name ?? a.name)} is exempt from Pod Security, and the policy (${asked.join(', ')}) will be ignored`,
  );
}

function checkPod(a: AdmissionAttributes, options: PodSecurityOptions): void {
  if (isExempt(a, options)) return;
  const namespace = options.registry.reader('', 'namespaces').get('', a.namespace);
  if (!namespace) throw internalError(`failed to lookup namespace ${JSON.stringify(a.namespace)}`);
  const { policy, errors } = policyOf(namespace.metadata.labels, options.defaults ?? DEFAULT_POLICY);
  if (errors.length === 0 && isPrivileged(policy)) return audit(a, 'enforce-policy', 'privileged:latest');
  if (a.operation === 'UPDATE' && !isSignificant(asPod(a.object), asPod(a.oldObject))) return;
  evaluate(a, policy, errors, asPod(a.object), true, options);
}

/** Templates are only warned of: what is made from them is checked when it is made. */
function checkTemplate(a: AdmissionAttributes, path: readonly string[], options: PodSecurityOptions): void {
  if (isExempt(a, options)) return;
  const namespace = options.registry.reader('', 'namespaces').get('', a.namespace);
  if (!namespace)
    return audit(
      a,
      'error',
      `failed to lookup namespace ${JSON.stringify(a.namespace)}: namespaces ${JSON.stringify(a.namespace)} not found`,
    );
  const { policy, errors } = policyOf(namespace.metadata.labels, options.defaults ?? DEFAULT_POLICY);
  if (errors.length === 0 && policy.warn.level === 'privileged' && policy.audit.level === 'privileged') return;
  const template = path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], a.object) as Pod | undefined;
  if (template) evaluate(a, policy, errors, template, false, options);
}

function evaluate(
  a: AdmissionAttributes,
  policy: Policy,
  errors: readonly FieldError[],
  pod: Pod,
  enforce: boolean,
  options: PodSecurityOptions,
): void {
  if (isExemptClass(pod.spec, options)) return audit(a, 'exempt', 'runtimeClass');
  if (errors.length > 0) audit(a, 'error', `Failed to parse policy: ${aggregateMessage(errors) ?? ''}`);
  const enforced = enforce ? evaluatePod(pod, policy.enforce) : [];
  if (enforce) audit(a, 'enforce-policy', describe(policy.enforce));
  const audited = evaluatePod(pod, policy.audit);
  const would = (mode: 'audit' | 'warn', violations: Parameters<typeof describeViolations>[0]) =>
    `would violate PodSecurity ${JSON.stringify(describe(policy[mode]))}: ${describeViolations(violations)}`;
  if (audited.length > 0) audit(a, 'audit-violations', would('audit', audited));
  if (enforced.length > 0) {
    throw forbidden(
      a.resource,
      a.name,
      `violates PodSecurity ${JSON.stringify(describe(policy.enforce))}: ${describeViolations(enforced)}`,
    );
  }
  const warned = evaluatePod(pod, policy.warn);
  if (warned.length > 0) a.warnings.add(would('warn', warned));
}

function isExempt(a: AdmissionAttributes, options: PodSecurityOptions): boolean {
  const why = options.exemptNamespaces?.includes(a.namespace)
    ? 'namespace'
    : a.user.name !== '' && options.exemptUsers?.includes(a.user.name)
      ? 'user'
      : undefined;
  if (why) audit(a, 'exempt', why);
  return why !== undefined;
}

function isExemptClass(spec: Pod['spec'] | undefined, options: PodSecurityOptions): boolean {
  return Boolean(spec?.runtimeClassName && options.exemptRuntimeClasses?.includes(spec.runtimeClassName));
}

/** An update that brings no new container and no new image is let through. */
function isSignificant(pod: Pod, old: Pod): boolean {
  const images = new Map(allContainers(old).map(({ container, field }) => [`${field}/${container.name}`, container.image]));
  const now = allContainers(pod);
  const fixed = (of: Pod) => [of.spec?.containers?.length ?? 0, of.spec?.initContainers?.length ?? 0];
  return (
    !isDeepStrictEqual(fixed(pod), fixed(old)) ||
    now.some(({ container, field }) => images.get(`${field}/${container.name}`) !== container.image)
  );
}

function audit(a: AdmissionAttributes, key: string, value: string): void {
  a.auditAnnotations.set(AUDIT_PREFIX + key, value);
}
