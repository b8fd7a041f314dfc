/** Names of Secrets and ConfigMaps that a pod refers to (pkg/api/v1/pod/util.go). */
import type { Pod, Volume } from '../../../api/core/v1.gen.ts';
import { allContainers } from './pod-of.ts';

export function secretNames(pod: Pod): Set<string> {
  const names = new Set<string>();
  const add = (name: string | undefined) => void (name && names.add(name));
  for (const ref of pod.spec?.imagePullSecrets ?? []) add(ref.name);
  for (const { container } of allContainers(pod)) {
    for (const from of container.envFrom ?? []) add(from.secretRef?.name);
    for (const env of container.env ?? []) add(env.valueFrom?.secretKeyRef?.name);
  }
  for (const volume of pod.spec?.volumes ?? []) for (const name of secretsOfVolume(volume)) add(name);
  return names;
}

export function configMapNames(pod: Pod): Set<string> {
  const names = new Set<string>();
  const add = (name: string | undefined) => void (name && names.add(name));
  for (const { container } of allContainers(pod)) {
    for (const from of container.envFrom ?? []) add(from.configMapRef?.name);
    for (const env of container.env ?? []) add(env.valueFrom?.configMapKeyRef?.name);
  }
  for (const volume of pod.spec?.volumes ?? []) {
    add(volume.configMap?.name);
    for (const source of volume.projected?.sources ?? []) add(source.configMap?.name);
  }
  return names;
}

function secretsOfVolume(v: Volume): (string | undefined)[] {
  return [
    v.secret?.secretName,
    ...(v.projected?.sources ?? []).map((s) => s.secret?.name),
    v.azureFile?.secretName,
    v.cephfs?.secretRef?.name,
    v.cinder?.secretRef?.name,
    v.flexVolume?.secretRef?.name,
    v.rbd?.secretRef?.name,
    v.scaleIO?.secretRef?.name,
    v.iscsi?.secretRef?.name,
    v.storageos?.secretRef?.name,
    v.csi?.nodePublishSecretRef?.name,
  ];
}
