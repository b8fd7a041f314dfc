import type { Pod } from '../../api/core/v1.gen.ts';
import { allContainers } from '../pod/containers.ts';

/** Names of the config maps a pod uses: environment and volumes. */
export function referencedConfigMaps(pod: Pod): Set<string> {
  const names = new Set<string>();
  const add = (name: string | undefined) => name && names.add(name);
  for (const container of allContainers(pod.spec)) {
    for (const from of container.envFrom ?? []) add(from.configMapRef?.name);
    for (const variable of container.env ?? []) add(variable.valueFrom?.configMapKeyRef?.name);
  }
  for (const volume of pod.spec.volumes ?? []) {
    add(volume.configMap?.name);
    for (const source of volume.projected?.sources ?? []) add(source.configMap?.name);
  }
  return names;
}

/** Names of the secrets a pod uses: environment, volumes and image pulls. */
export function referencedSecrets(pod: Pod): Set<string> {
  const names = new Set<string>();
  const add = (name: string | undefined) => name && names.add(name);
  for (const { name } of pod.spec.imagePullSecrets ?? []) add(name);
  for (const container of allContainers(pod.spec)) {
    for (const from of container.envFrom ?? []) add(from.secretRef?.name);
    for (const variable of container.env ?? []) add(variable.valueFrom?.secretKeyRef?.name);
  }
  for (const volume of pod.spec.volumes ?? []) {
    add(volume.secret?.secretName);
    add(volume.csi?.nodePublishSecretRef?.name);
    for (const source of volume.projected?.sources ?? []) add(source.secret?.name);
  }
  return names;
}
