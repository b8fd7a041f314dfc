import type { StatefulSet } from '../../../../api/apps/v1.gen.ts';
import { AGE, column, containerImages, containerNames, CONTAINERS, IMAGES, NAME, tableOf } from '../../shared/table.ts';

export const statefulSetTable = tableOf<StatefulSet>(
  [NAME, column('Ready', 'string', 'Number of the pod with ready state'), AGE, CONTAINERS, IMAGES],
  ({ metadata, spec, status }, age) => {
    const containers = spec?.template.spec?.containers;
    return [
      metadata.name,
      `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
      age,
      containerNames(containers),
      containerImages(containers),
    ];
  },
);
