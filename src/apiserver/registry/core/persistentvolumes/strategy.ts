import type { PersistentVolume } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { formatTime } from '../../../../base/clock.ts';
import type { Strategy } from '../../strategy.ts';
import { persistentVolumeWarnings, validatePersistentVolume, validatePersistentVolumeUpdate } from './validation.ts';

const asVolume = (object: AnyObject) => object as unknown as PersistentVolume;

/** Persistent volumes tell since when they are in their phase (KEP-3762). */
export const persistentVolumeStrategy: Strategy = {
  prepareForCreate(object, { nowMs }) {
    asVolume(object).status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(nowMs) };
  },
  validate: (object) => validatePersistentVolume(asVolume(object)),
  validateUpdate: (object, old) => validatePersistentVolumeUpdate(asVolume(object), asVolume(old)),
  warnings: (object) => persistentVolumeWarnings(asVolume(object)),
  status: {
    prepareForUpdate(object, old, { nowMs }) {
      const status = (asVolume(object).status ??= {});
      const was = asVolume(old).status ?? {};
      const { lastPhaseTransitionTime: before } = was;
      if (status.phase === was.phase) {
        if (status.lastPhaseTransitionTime === undefined && before !== undefined) status.lastPhaseTransitionTime = before;
      } else if (status.lastPhaseTransitionTime === undefined || status.lastPhaseTransitionTime === before) {
        status.lastPhaseTransitionTime = formatTime(nowMs);
      }
    },
  },
};
