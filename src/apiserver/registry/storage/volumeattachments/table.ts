import type { VolumeAttachment } from '../../../../api/storage/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const volumeAttachmentTable = tableOf<VolumeAttachment>(
  [
    NAME,
    {
      name: 'Attacher',
      type: 'string',
      format: 'name',
      priority: 0,
      description:
        'attacher indicates the name of the volume driver that MUST handle this request. This is the name returned by GetPluginName().',
    },
    column('PV', 'string', 'persistentVolumeName represents the name of the persistent volume to attach.'),
    column('Node', 'string', 'nodeName represents the node that the volume should be attached to.'),
    column(
      'Attached',
      'boolean',
      'attached indicates the volume is successfully attached. This field must only be set by the entity completing the attach operation, i.e. the external-attacher.',
    ),
    AGE,
  ],
  ({ metadata, spec, status }, age) => [
    metadata.name,
    spec.attacher,
    spec.source.persistentVolumeName ?? '',
    spec.nodeName,
    status?.attached ?? false,
    age,
  ],
);
