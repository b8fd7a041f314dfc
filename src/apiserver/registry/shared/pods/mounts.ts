/** Rules of what containers mount: volumes as directories, volumes as devices. */
import type { Container, Volume, VolumeDevice, VolumeMount } from '../../../../api/core/v1.gen.ts';
import { forbidden, invalid, notFoundValue, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkDescendingPath, checkNoBacksteps } from '../volumes/paths.ts';

/** The pod's volumes that are fine, by name. */
export type KnownVolumes = ReadonlyMap<string, Volume>;

type MountingContainer = Pick<Container, 'volumeMounts' | 'volumeDevices' | 'securityContext'>;

export function checkVolumeMounts(container: MountingContainer, volumes: KnownVolumes, path: FieldPath, errors: FieldError[]): void {
  const devices = new Map((container.volumeDevices ?? []).map((d) => [d.name, d.devicePath]));
  const devicePaths = new Set(devices.values());
  const seen = new Set<string>();
  container.volumeMounts?.forEach((mount, i) => {
    const here = path.index(i);
    if (!mount.name) errors.push(required(here.child('name')));
    if (!volumes.has(mount.name)) errors.push(notFoundValue(here.child('name'), mount.name));
    if (!mount.mountPath) errors.push(required(here.child('mountPath')));
    if (seen.has(mount.mountPath)) errors.push(invalid(here.child('mountPath'), mount.mountPath, 'must be unique'));
    seen.add(mount.mountPath);
    if (devices.has(mount.name)) errors.push(invalid(here.child('name'), mount.name, 'must not already exist in volumeDevices'));
    if (devicePaths.has(mount.mountPath))
      errors.push(invalid(here.child('mountPath'), mount.mountPath, 'must not already exist as a path in volumeDevices'));
    checkSubPaths(mount, here, path, errors);
    checkPropagation(mount, container, path.child('mountPropagation'), errors);
    checkRecursiveReadOnly(mount, path.child('recursiveReadOnly'), errors);
  });
}

// Upstream names the list, not its entry, in most of these.
function checkSubPaths({ subPath, subPathExpr }: VolumeMount, here: FieldPath, list: FieldPath, errors: FieldError[]): void {
  if (subPath) checkDescendingPath(subPath, list.child('subPath'), errors);
  if (!subPathExpr) return;
  if (subPath) errors.push(invalid(here.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  checkDescendingPath(subPathExpr, list.child('subPathExpr'), errors);
}

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];

function checkPropagation({ mountPropagation }: VolumeMount, container: MountingContainer, path: FieldPath, errors: FieldError[]): void {
  if (mountPropagation === undefined) return;
  if (!PROPAGATIONS.includes(mountPropagation)) errors.push(notSupported(path, mountPropagation, PROPAGATIONS));
  if (mountPropagation === 'Bidirectional' && !container.securityContext?.privileged) {
    errors.push(forbidden(path, 'Bidirectional mount propagation is available only to privileged containers'));
  }
}

const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible'];

function checkRecursiveReadOnly(
  { recursiveReadOnly, readOnly, mountPropagation }: VolumeMount,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return;
  if (!RECURSIVE.includes(recursiveReadOnly)) return void errors.push(notSupported(path, recursiveReadOnly, RECURSIVE));
  if (!readOnly) errors.push(forbidden(path, 'may only be specified when readOnly is true'));
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    errors.push(forbidden(path, 'may only be specified when mountPropagation is None or not specified'));
  }
}

export function checkVolumeDevices(container: MountingContainer, volumes: KnownVolumes, path: FieldPath, errors: FieldError[]): void {
  const mounts = new Map((container.volumeMounts ?? []).map((m) => [m.name, m.mountPath]));
  const mountPaths = new Set(mounts.values());
  const names = new Set<string>();
  const paths = new Set<string>();
  container.volumeDevices?.forEach((device, i) => {
    checkDevice(device, { volumes, names, paths }, path.index(i), errors);
    if (mounts.has(device.name)) errors.push(invalid(path.index(i).child('name'), device.name, 'must not already exist in volumeMounts'));
    if (mountPaths.has(device.devicePath))
      errors.push(invalid(path.index(i).child('devicePath'), device.devicePath, 'must not already exist as a path in volumeMounts'));
    if (device.name) names.add(device.name);
  });
}

interface SeenDevices {
  readonly volumes: KnownVolumes;
  readonly names: Set<string>;
  readonly paths: Set<string>;
}

function checkDevice({ name, devicePath }: VolumeDevice, seen: SeenDevices, path: FieldPath, errors: FieldError[]): void {
  const volume = seen.volumes.get(name);
  if (!name) errors.push(required(path.child('name')));
  if (seen.names.has(name)) errors.push(invalid(path.child('name'), name, 'must be unique'));
  if (!volume) errors.push(notFoundValue(path.child('name'), name));
  else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
    errors.push(invalid(path.child('name'), name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'));
  }
  if (!devicePath) errors.push(required(path.child('devicePath')));
  if (seen.paths.has(devicePath)) errors.push(invalid(path.child('devicePath'), devicePath, 'must be unique'));
  const backsteps: FieldError[] = [];
  checkNoBacksteps(devicePath, path, backsteps);
  if (devicePath && backsteps.length > 0) errors.push(invalid(path.child('devicePath'), devicePath, "can not contain backsteps ('..')"));
  else seen.paths.add(devicePath);
}
