import type { Deployment } from '../../../../api/apps/v1.gen.ts';
import type { LabelSelector } from '../../../../api/meta/v1.gen.ts';
import { labelSelectorAsSelector } from '../../../../machinery/selectors/label-selector.ts';
import { SelectorError } from '../../../../machinery/selectors/requirement.ts';
import { AGE, column, containerImages, containerNames, CONTAINERS, IMAGES, NAME, tableOf, wide } from '../../shared/table.ts';

export const deploymentTable = tableOf<Deployment>(
  [
    NAME,
    column('Ready', 'string', 'Number of the pod with ready state'),
    column('Up-to-date', 'string', 'Total number of non-terminating pods targeted by this deployment that have the desired template spec.'),
    column(
      'Available',
      'string',
      'Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.',
    ),
    AGE,
    CONTAINERS,
    IMAGES,
    wide(
      'Selector',
      "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
    ),
  ],
  ({ metadata, spec, status }, age) => {
    const containers = spec?.template.spec?.containers;
    return [
      metadata.name,
      `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
      status?.updatedReplicas ?? 0,
      status?.availableReplicas ?? 0,
      age,
      containerNames(containers),
      containerImages(containers),
      selectorText(spec?.selector),
    ];
  },
);

function selectorText(selector: LabelSelector | undefined): string {
  try {
    return labelSelectorAsSelector(selector).toString();
  } catch (error) {
    if (error instanceof SelectorError) return '<invalid>';
    throw error;
  }
}
