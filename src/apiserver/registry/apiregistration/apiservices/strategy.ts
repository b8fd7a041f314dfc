import type { APIService } from '../../../../api/apiregistration/v1.gen.ts';
import { formatTime } from '../../../../base/clock.ts';
import type { Strategy } from '../../strategy.ts';
import { nameIsPathSegment } from '../../validate-meta.ts';

/** API services without a service are the server's own: always available (kube-aggregator, pkg/registry/apiservice). */
export const apiServiceStrategy: Strategy = {
  // The group may be empty: `v1.`.
  validateName: nameIsPathSegment,
  allowUnconditionalUpdate: false,
  prepareForCreate(object, { nowMs }) {
    const { spec } = object as unknown as APIService;
    if (spec?.service) return;
    object['status'] = {
      conditions: [
        {
          type: 'Available',
          status: 'True',
          lastTransitionTime: formatTime(nowMs),
          reason: 'Local',
          message: 'Local APIServices are always available',
        },
      ],
    };
  },
};
