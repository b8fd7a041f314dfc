import type { VolumeAttributesClass } from '../../../../api/storage/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const volumeAttributesClassTable = tableOf<VolumeAttributesClass>(
  [NAME, column('DriverName', 'string', 'Name of the CSI driver This field is immutable.'), AGE],
  ({ metadata, driverName }, age) => [metadata.name, driverName, age],
);
