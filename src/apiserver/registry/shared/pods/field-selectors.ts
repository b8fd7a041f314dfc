/** Rules of references to fields of the pod itself: the downward API. */
import type { ObjectFieldSelector, ResourceFieldSelector } from '../../../../api/core/v1.gen.ts';
import { invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkQualifiedName } from '../field-checks.ts';

/** Field paths that exist at all; others have a message of their own. */
const KNOWN = new Set([
  'metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.restartPolicy',
  'spec.serviceAccountName', 'spec.schedulerName', 'status.phase', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
]); // prettier-ignore
const SUBSCRIPT = /^(.+?)\['(.*)'\]$/s;

/** `allowed` in the order they print. */
export function checkObjectFieldSelector(
  ref: ObjectFieldSelector,
  allowed: readonly string[],
  path: FieldPath,
  errors: FieldError[],
): void {
  const { apiVersion, fieldPath } = ref;
  if (!apiVersion) return void errors.push(required(path.child('apiVersion')));
  if (!fieldPath) return void errors.push(required(path.child('fieldPath')));
  const [, subject = '', subscript = ''] = SUBSCRIPT.exec(fieldPath) ?? [];
  const problem = conversionProblem(apiVersion, fieldPath, subject);
  if (problem) errors.push(invalid(path.child('fieldPath'), fieldPath, `error converting fieldPath: ${problem}`));
  else if (subject) checkQualifiedName(subject === 'metadata.annotations' ? subscript.toLowerCase() : subscript, path, errors);
  else {
    const name = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
    if (!allowed.includes(name)) errors.push(notSupported(path.child('fieldPath'), name, allowed));
  }
}

function conversionProblem(apiVersion: string, fieldPath: string, subject: string): string | undefined {
  if (apiVersion !== 'v1') return `unsupported pod version: ${apiVersion}`;
  if (subject)
    return subject === 'metadata.annotations' || subject === 'metadata.labels'
      ? undefined
      : `field label does not support subscript: ${fieldPath}`;
  return KNOWN.has(fieldPath) || fieldPath === 'spec.host' ? undefined : `field label not supported: ${fieldPath}`;
}

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const HUGE_PAGES = /^(limits|requests)\.hugepages-/;
const CPU_DIVISORS = new Set(['1m', '1']);
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** In a volume the container must be named; in an environment it is the container itself. */
export function checkResourceFieldSelector(ref: ResourceFieldSelector, volume: boolean, path: FieldPath, errors: FieldError[]): void {
  const { resource = '', containerName, divisor = '0' } = ref;
  if (volume && !containerName) errors.push(required(path.child('containerName')));
  else if (!resource) errors.push(required(path.child('resource')));
  else if (!RESOURCES.includes(resource) && !HUGE_PAGES.test(resource))
    errors.push(notSupported(path.child('resource'), resource, RESOURCES));
  const problem = divisorProblem(resource, divisor);
  if (problem) errors.push(invalid(path.child('divisor'), resource, problem));
}

function divisorProblem(resource: string, divisor: string): string | undefined {
  if (divisor === '0' || divisor === '') return undefined;
  if (resource === 'limits.cpu' || resource === 'requests.cpu') {
    return CPU_DIVISORS.has(divisor) ? undefined : "only divisor's values 1m and 1 are supported with the cpu resource";
  }
  const kind = HUGE_PAGES.test(resource) ? 'hugepages' : BYTES[resource];
  if (kind === undefined || BYTE_DIVISORS.includes(divisor)) return undefined;
  return `only divisor's values ${BYTE_DIVISORS.join(', ')} are supported with the ${kind} resource`;
}
const BYTES: Readonly<Record<string, string>> = {
  'limits.memory': 'memory',
  'requests.memory': 'memory',
  'limits.ephemeral-storage': 'local ephemeral storage',
  'requests.ephemeral-storage': 'local ephemeral storage',
};
