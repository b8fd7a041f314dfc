import { join } from 'node:path';
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimVolumeSource, Pod } from '../../../api/core/v1.gen.ts';
import { errorMessage } from '../../../base/log.ts';
import { mkdir, stat } from '../../../host/fs.ts';
import { Quantity } from '../../../machinery/quantity.ts';
import type { CsiVolumes } from '../../csi/csi-volumes.ts';
import { setOwnership } from '../ownership.ts';
import { isMountPoint } from '../tmpfs.ts';
import type { MountedVolume, VolumeDependencies, VolumeSetup } from '../types.ts';
import { setUpHostPath } from './host-path.ts';
import { setUpNfs } from './nfs.ts';

export interface ClaimDependencies extends VolumeDependencies {
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim>;
  persistentVolume(name: string): Promise<PersistentVolume>;
  readonly nodeLabels: () => Readonly<Record<string, string>>;
  readonly csi: CsiVolumes;
  /** Writes a claim's new capacity. */
  claimResized(claim: PersistentVolumeClaim, capacity: string): Promise<void>;
}

const GID_ANNOTATION = 'pv.beta.kubernetes.io/gid';
const PROTECTION_FINALIZER = 'kubernetes.io/pvc-protection';
const LOCAL_PLUGIN = 'kubernetes.io/local-volume';

/** A volume by way of its claim. Rejects with upstream's message while the claim is not bound or the volume cannot be mounted here. */
export async function setUpClaim(
  setup: VolumeSetup,
  source: PersistentVolumeClaimVolumeSource,
  deps: ClaimDependencies,
): Promise<MountedVolume> {
  const { pod, volume } = setup;
  const { claim, persistent } = await resolve(pod, volume.name, source, Boolean(volume.ephemeral), deps).catch((error: unknown) => {
    throw new Error(`error processing PVC ${pod.metadata.namespace}/${source.claimName}: ${errorMessage(error)}`);
  });
  checkMode(pod, volume.name, persistent);
  const readOnly = source.readOnly ?? false;
  const mounted = await mountPersistent(setup, persistent, claim, readOnly, deps);
  const gid = Number(persistent.metadata.annotations?.[GID_ANNOTATION]);
  return Number.isInteger(gid) ? { ...mounted, gid } : mounted;
}

/** What a mounted claim may need later: a larger file system after its volume grew, publishing again for drivers that ask for it. */
export async function refreshClaim(setup: VolumeSetup, source: PersistentVolumeClaimVolumeSource, deps: ClaimDependencies): Promise<void> {
  const { pod, volume } = setup;
  const { claim, persistent } = await resolve(pod, volume.name, source, Boolean(volume.ephemeral), deps);
  const readOnly = source.readOnly ?? false;
  if (!persistent.spec.csi) return;
  if (deps.csi.republishes(persistent.spec.csi.driver)) await deps.csi.setUpPersistent({ setup, volume: persistent, readOnly });
  const [wanted, has] = [persistent.spec.capacity?.['storage'], claim.status.capacity?.['storage']];
  if (readOnly || !wanted || !has || Quantity.parse(wanted).compare(Quantity.parse(has)) <= 0) return;
  const bytes = await deps.csi.expand({ setup, volume: persistent, readOnly }, Quantity.parse(wanted).value());
  if (bytes !== undefined) await deps.claimResized(claim, wanted);
}

async function resolve(pod: Pod, volume: string, source: PersistentVolumeClaimVolumeSource, ephemeral: boolean, deps: ClaimDependencies) {
  const claim = await deps.claim(pod.metadata.namespace, source.claimName).catch((error: unknown) => {
    throw new Error(`failed to fetch PVC from API server: ${errorMessage(error)}`);
  });
  if (claim.metadata.deletionTimestamp && !claim.metadata.finalizers?.includes(PROTECTION_FINALIZER))
    throw new Error('PVC is being deleted');
  if (claim.status.phase !== 'Bound') throw new Error('PVC is not bound');
  const name = claim.spec.volumeName;
  if (!name) throw new Error('PVC has empty pvc.Spec.VolumeName');
  if (ephemeral && !claim.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === pod.metadata.uid)) {
    throw new Error(
      `PVC ${pod.metadata.namespace}/${claim.metadata.name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`,
    );
  }
  const persistent = await deps.persistentVolume(name).catch((error: unknown) => {
    throw new Error(`failed to fetch PV ${name} from API server: ${errorMessage(error)}`);
  });
  const { claimRef } = persistent.spec;
  if (!claimRef) throw new Error(`found PV object ${name} but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim`);
  if (claimRef.uid !== claim.metadata.uid) {
    throw new Error(
      `found PV object ${name} but its pv.Spec.ClaimRef.UID ${claimRef.uid} does not point to claim.UID ${claim.metadata.uid}`,
    );
  }
  return { claim, persistent };
}

function checkMode(pod: Pod, volume: string, persistent: PersistentVolume): void {
  const mode = persistent.spec.volumeMode ?? 'Filesystem';
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  if (mode !== 'Filesystem' && containers.some((c) => c.volumeMounts?.some((m) => m.name === volume))) {
    throw new Error(`volume ${volume} has volumeMode ${mode}, but is specified in volumeMounts`);
  }
  if (mode !== 'Block' && containers.some((c) => c.volumeDevices?.some((d) => d.name === volume))) {
    throw new Error(`volume ${volume} has volumeMode ${mode}, but is specified in volumeDevices`);
  }
}

async function mountPersistent(
  setup: VolumeSetup,
  { metadata, spec }: PersistentVolume,
  _claim: PersistentVolumeClaim,
  readOnly: boolean,
  deps: ClaimDependencies,
): Promise<MountedVolume> {
  const { name } = setup.volume;
  if (spec.hostPath) return setUpHostPath(name, spec.hostPath, readOnly);
  if (spec.local) return setUpLocal(setup, metadata.name, spec.local.path, spec.volumeMode === 'Block', readOnly, deps);
  if (spec.csi) return deps.csi.setUpPersistent({ setup, volume: { metadata, spec } as PersistentVolume, readOnly });
  if (spec.nfs) return setUpNfs(setup, metadata.name, { ...spec.nfs, options: spec.mountOptions ?? [], readOnly }, deps);
  const plugin = Object.keys(spec).find((key) => !COMMON_FIELDS.has(key)) ?? 'none';
  throw new Error(`no volume plugin matched name: ${plugin}`);
}

const COMMON_FIELDS = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

/** A directory or device of this node, bound into the pod's own directory. */
async function setUpLocal(
  setup: VolumeSetup,
  pv: string,
  source: string,
  block: boolean,
  readOnly: boolean,
  deps: ClaimDependencies,
): Promise<MountedVolume> {
  const { pod, volume, fsGroup } = setup;
  const info = await stat(source).catch((error: unknown) => {
    throw new Error(`path "${source}" does not exist: ${errorMessage(error)}`);
  });
  if (block) return { name: volume.name, hostPath: '', readOnly, device: source };
  if (!info.isDirectory())
    throw new Error(`local volume path "${source}" is not a directory: file systems on block devices are not mounted by this kubelet`);
  const target = deps.paths.volume(pod.metadata.uid, LOCAL_PLUGIN, pv);
  if (!(await isMountPoint(deps.mounter, target))) {
    await mkdir(target, { recursive: true, mode: 0o750 });
    await deps.mounter.mount({ source, target, options: ['bind'] });
    if (readOnly) await deps.mounter.mount({ source, target, options: ['bind', 'remount', 'ro'] });
  }
  const changePolicy = pod.spec.securityContext?.fsGroupChangePolicy;
  if (!readOnly) await setOwnership({ path: join(target), fsGroup, readOnly, changePolicy });
  return { name: volume.name, hostPath: target, readOnly };
}
