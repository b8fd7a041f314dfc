/** Which names resources may have in containers, pods and quotas (pkg/apis/core/helper, validation). */
import { invalid, notSupported, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { isQualifiedName } from '../../../machinery/names.ts';
import { isExtendedResource, isNativeResource } from '../../../machinery/pod/extended-resource.ts';
import { isHugePages } from './quantities.ts';

const CONTAINER = new Set(['cpu', 'memory', 'ephemeral-storage']);
const OBJECTS = ['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers']; // prettier-ignore
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage']; // prettier-ignore
const QUOTA = new Set([...OBJECTS, ...COMPUTE, 'requests.storage']);
const STANDARD = new Set([...QUOTA, 'storage']);
const POD_LEVEL = new Set(['cpu', 'memory']);

const isQuotaHugePages = (name: string) => isHugePages(name) || name.startsWith('requests.hugepages-');

/** A rule for a name of a resource. */
export type ResourceNameCheck = (name: string, path: FieldPath, errors: FieldError[]) => void;

/** True when fine. */
export function checkResourceName(name: string, path: FieldPath, errors: FieldError[]): boolean {
  if (STANDARD.has(name)) return true;
  const messages = isQualifiedName(name);
  for (const message of messages) errors.push(invalid(path, name, message));
  if (messages.length > 0) return false;
  if (name.includes('/') || isQuotaHugePages(name)) return true;
  errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
  return false;
}

export const checkContainerResourceName: ResourceNameCheck = (name, path, errors) => {
  if (CONTAINER.has(name)) return;
  checkResourceName(name, path, errors);
  if (!name.includes('/')) {
    if (!isHugePages(name)) errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
};

export const checkPodResourceName: ResourceNameCheck = (name, path, errors) => {
  if (!checkResourceName(name, path, errors)) return;
  if (!POD_LEVEL.has(name) && !isHugePages(name)) errors.push(notSupported(path, name, ['cpu', 'hugepages-', 'memory']));
};

/** Whether quotas know the resource by this short name. */
export const isQuotaResource = (name: string) => QUOTA.has(name) || isQuotaHugePages(name);

export const checkQuotaResourceName: ResourceNameCheck = (name, path, errors) => {
  checkResourceName(name, path, errors);
  if (!name.includes('/') && !isQuotaResource(name)) errors.push(invalid(path, name, 'must be a standard resource for quota'));
};
