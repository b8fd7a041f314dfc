import type { Volume } from '../../../../api/core/v1.gen.ts';
import { plural, quoted, sorted, type Check, type CheckPod } from '../check.ts';

const ALLOWED: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const RESTRICTED: readonly (keyof Volume)[] = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

const check: CheckPod = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((v) => !ALLOWED.some((kind) => v[kind] !== undefined));
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map((v) => RESTRICTED.find((kind) => v[kind] !== undefined) ?? 'unknown'));
  const volumes = `${plural(bad.length, 'volume')} ${quoted(bad.map((v) => v.name))} ${plural(bad.length, 'uses', 'use')}`;
  return { reason: 'restricted volume types', detail: `${volumes} ${plural(types.length, 'restricted volume type')} ${quoted(types)}` };
};

export const restrictedVolumes: Check = {
  id: 'restrictedVolumes',
  level: 'restricted',
  versions: [{ since: 0, check, overrides: ['hostPathVolumes'] }],
};
