import type { ReplicaSet } from '../../../../api/apps/v1.gen.ts';
import { formatLabelSelector } from '../../../../machinery/selectors/label-selector.ts';
import { AGE, column, containerImages, containerNames, CONTAINERS, IMAGES, NAME, tableOf, wide } from '../../shared/table.ts';

export const replicaSetTable = tableOf<ReplicaSet>(
  [
    NAME,
    column(
      'Desired',
      'integer',
      'Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
    ),
    column(
      'Current',
      'integer',
      'Replicas is the most recently observed number of non-terminating pods. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
    ),
    column('Ready', 'integer', 'The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.'),
    AGE,
    CONTAINERS,
    IMAGES,
    wide(
      'Selector',
      "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
    ),
  ],
  ({ metadata, spec, status }, age) => {
    const containers = spec?.template?.spec?.containers;
    return [
      metadata.name,
      spec?.replicas ?? 0,
      status?.replicas ?? 0,
      status?.readyReplicas ?? 0,
      age,
      containerNames(containers),
      containerImages(containers),
      formatLabelSelector(spec?.selector),
    ];
  },
);
