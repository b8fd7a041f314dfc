import type { PersistentVolume } from '../../../api/core/v1.gen.ts';

/** Secrets, as `namespace/name`, that the kubelet reads to mount a volume that is bound to a claim (pkg/api/v1/persistentvolume). */
export function kubeletSecretsOf({ spec }: PersistentVolume): string[] {
  const claimNamespace = spec?.claimRef?.namespace ?? '';
  const refs: { name?: string | undefined; namespace?: string | undefined }[] = [];
  const add = (ref: { name?: string | undefined; namespace?: string | undefined } | undefined) => void (ref && refs.push(ref));
  if (spec?.azureFile) add({ name: spec.azureFile.secretName, namespace: spec.azureFile.secretNamespace });
  add(spec?.cephfs?.secretRef);
  add(spec?.cinder?.secretRef);
  add(spec?.flexVolume?.secretRef);
  add(spec?.rbd?.secretRef);
  add(spec?.scaleIO?.secretRef);
  add(spec?.iscsi?.secretRef);
  add(spec?.storageos?.secretRef);
  add(spec?.csi?.nodePublishSecretRef);
  add(spec?.csi?.nodeStageSecretRef);
  add(spec?.csi?.nodeExpandSecretRef);
  return refs.flatMap(({ name, namespace }) => (name ? [`${namespace || claimNamespace}/${name}`] : []));
}
