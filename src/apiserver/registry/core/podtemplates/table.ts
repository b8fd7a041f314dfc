import type { PodTemplate } from '../../../../api/core/v1.gen.ts';
import { column, containerImages, containerNames, formatLabels, NAME, tableOf } from '../../shared/table.ts';

export const podTemplateTable = tableOf<PodTemplate>(
  [
    NAME,
    column('Containers', 'string', 'Names of each container in the template.'),
    column('Images', 'string', 'Images referenced by each container in the template.'),
    column('Pod Labels', 'string', 'The labels for the pod template.'),
  ],
  ({ metadata, template }) => [
    metadata.name,
    containerNames(template?.spec?.containers),
    containerImages(template?.spec?.containers),
    formatLabels(template?.metadata?.labels),
  ],
);
