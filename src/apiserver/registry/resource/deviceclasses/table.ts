import type { DeviceClass } from '../../../../api/resource/v1.gen.ts';
import { AGE, NAME, tableOf } from '../../shared/table.ts';

export const deviceClassTable = tableOf<DeviceClass>([NAME, AGE], ({ metadata }, age) => [metadata.name, age]);
