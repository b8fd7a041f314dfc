import type { ResourceClaim } from '../../../../api/resource/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import type { Strategy } from '../../strategy.ts';

const asClaim = (object: AnyObject) => object as unknown as ResourceClaim;
interface DeviceId {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareID?: string | undefined;
}
const idOf = ({ driver, pool, device, shareID = '' }: DeviceId) => `${driver}/${pool}/${device}/${shareID}`;

export const resourceClaimStrategy: Strategy = {
  status: {
    /** What is known of a device goes with its allocation. */
    prepareForUpdate(object, old) {
      const { status } = asClaim(object);
      if (!status?.devices) return;
      const gone = new Set((asClaim(old).status?.allocation?.devices?.results ?? []).map(idOf));
      for (const result of status.allocation?.devices?.results ?? []) gone.delete(idOf(result));
      status.devices = status.devices.filter((device) => !gone.has(idOf(device)));
      if (status.devices.length === 0) delete status.devices;
    },
  },
};
