import type { ResourceClaim } from '../../api/resource/v1.gen.ts';
import { Quantity } from '../quantity.ts';
import { addTo, raiseTo, type ResourceList } from '../pod/resource-list.ts';
import type { QuotaEvaluator } from './evaluator.ts';
import { countName, ONE } from './object-count.ts';

const COUNT = countName('resource.k8s.io', 'resourceclaims');
const PER_CLASS = '.deviceclass.resource.k8s.io/devices';
/** A claim for all devices counts as the most that can be given. */
const MOST_DEVICES = 32;

/** Devices that claims ask for, by device class (pkg/quota/v1/evaluator/core/resource_claims.go). */
export const resourceClaimEvaluator: QuotaEvaluator = {
  matchingResources: (names) => names.filter((n) => n === COUNT || n.endsWith(PER_CLASS)),
  matchesScope: () => false,
  usage(object) {
    const usage: ResourceList = new Map([[COUNT, ONE]]);
    for (const { exactly, firstAvailable } of (object as unknown as ResourceClaim).spec?.devices?.requests ?? []) {
      if (firstAvailable?.length) addTo(usage, worstCase(firstAvailable));
      else if (exactly) addTo(usage, devices(exactly));
    }
    return usage;
  },
  handles: ({ operation, subresource }) => subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
};

interface DeviceRequest {
  readonly deviceClassName?: string | undefined;
  readonly allocationMode?: string | undefined;
  readonly count?: number | undefined;
}

/** Of alternatives, each class counts with the most that one of them asks of it. */
function worstCase(alternatives: readonly DeviceRequest[]): ResourceList {
  const most: ResourceList = new Map();
  for (const request of alternatives) raiseTo(most, devices(request));
  return most;
}

function devices({ deviceClassName, allocationMode, count }: DeviceRequest): ResourceList {
  const number = allocationMode === 'All' ? MOST_DEVICES : allocationMode === 'ExactCount' ? (count ?? 0) : 0;
  return new Map([[`${deviceClassName ?? ''}${PER_CLASS}`, Quantity.of(number)]]);
}
