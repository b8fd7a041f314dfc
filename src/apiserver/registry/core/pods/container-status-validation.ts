/** What containers' statuses may say about users and allocated resources. */
import type { Container, ContainerStatus, LinuxContainerUser, PodSpec, PodStatus, ResourceStatus } from '../../../../api/core/v1.gen.ts';
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  type FieldError,
  type FieldPath,
} from '../../../../machinery/field.ts';
import { isValidUserOrGroupId } from '../../../../machinery/names.ts';

const LISTS = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;
const HEALTH = ['Healthy', 'Unhealthy', 'Unknown'];
const MESSAGE_LIMIT = 1024;

export function checkContainerStatuses(status: PodStatus, spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  for (const list of LISTS) {
    status[list]?.forEach(({ user }, i) => {
      if (user?.linux) checkUser(user.linux, spec.os?.name ?? 'linux', path.child(list).index(i).child('user', 'linux'), errors);
    });
  }
  checkAllocated(status.containerStatuses ?? [], spec.containers ?? [], path.child('containerStatuses'), errors);
  checkAllocated(status.initContainerStatuses ?? [], spec.initContainers ?? [], path.child('initContainerStatuses'), errors);
  status.ephemeralContainerStatuses?.forEach(({ allocatedResourcesStatus = [] }, i) => {
    if (allocatedResourcesStatus.length === 0) return;
    const here = path.child('ephemeralContainerStatuses').index(i).child('allocatedResourcesStatus');
    errors.push(forbidden(here, 'must not be specified in container status'));
  });
}

function checkUser(user: LinuxContainerUser, os: string, path: FieldPath, errors: FieldError[]): void {
  if (os === 'windows') errors.push(forbidden(path, 'cannot be set for a windows pod'));
  if (os !== 'linux') return;
  const check = (id: number, at: FieldPath) => {
    for (const message of isValidUserOrGroupId(id)) errors.push(invalid(at, id, message));
  };
  check(user.uid, path.child('uid'));
  check(user.gid, path.child('gid'));
  user.supplementalGroups?.forEach((id, i) => check(id, path.child('supplementalGroups').index(i)));
}

function checkAllocated(
  statuses: readonly ContainerStatus[],
  containers: readonly Container[],
  path: FieldPath,
  errors: FieldError[],
): void {
  statuses.forEach(({ name, allocatedResourcesStatus }, i) => {
    const container = containers.find((c) => c.name === name);
    allocatedResourcesStatus?.forEach((allocated, j) => {
      const here = path.index(i).child('allocatedResourcesStatus').index(j);
      if (container) checkAskedFor(allocated.name, container, here.child('name'), errors);
      checkHealth(allocated, here.child('resources'), errors);
    });
  });
}

function checkAskedFor(name: string, container: Container, path: FieldPath, errors: FieldError[]): void {
  if (name.startsWith('claim:')) {
    const claims = (container.resources?.claims ?? []).map((c) => `claim:${c.name}${c.request ? `/${c.request}` : ''}`);
    const format =
      "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
    if (!claims.includes(name)) errors.push(invalid(path, name, format));
  } else if (container.resources?.requests?.[name] === undefined) {
    errors.push(invalid(path, name, "must match one of the container's resource requests"));
  }
}

function checkHealth({ resources = [] }: ResourceStatus, path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  resources.forEach(({ resourceID, health = '', message }, i) => {
    const here = path.index(i);
    if (!HEALTH.includes(health)) errors.push(notSupported(here.child('health'), health, HEALTH));
    if (message === '') errors.push(required(here.child('message'), 'must be non-empty if specified'));
    else if (message !== undefined && Buffer.byteLength(message) > MESSAGE_LIMIT)
      errors.push(tooLong(here.child('message'), '', MESSAGE_LIMIT));
    if (seen.has(resourceID)) errors.push(duplicate(here.child('resourceID'), resourceID));
    seen.add(resourceID);
  });
}
