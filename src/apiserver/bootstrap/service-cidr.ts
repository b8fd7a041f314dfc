import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../api/object.ts';
import type { ServiceCIDR } from '../../api/networking/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { draft } from './draft.ts';
import { ensure } from './ensure.ts';

const GROUP = 'networking.k8s.io';
export const DEFAULT_SERVICE_CIDR = 'kubernetes';

/**
 * Makes the ServiceCIDR `kubernetes` exist with the server's ranges, marked Ready; a second family is added to a range of one family
 * (pkg/controlplane/controller/defaultservicecidr). One that differs otherwise is left alone.
 */
export async function ensureServiceCidr(registry: RegistryReader, cidrs: readonly string[], nowMs: number): Promise<void> {
  const wanted = draft(`${GROUP}/v1`, 'ServiceCIDR', { name: DEFAULT_SERVICE_CIDR }, { spec: { cidrs: [...cidrs] } });
  const revise = (current: AnyObject) => reviseServiceCidr(current, cidrs, nowMs);
  await ensure(registry, GROUP, 'servicecidrs', wanted, revise);
  await ensure(registry, GROUP, 'servicecidrs', wanted, revise);
}

function reviseServiceCidr(current: AnyObject, cidrs: readonly string[], nowMs: number): AnyObject | undefined {
  const { spec, status } = current as unknown as ServiceCIDR;
  const have = spec?.cidrs ?? [];
  if (cidrs.length === 2 && have.length === 1 && have[0] === cidrs[0]) return { ...current, spec: { ...spec, cidrs: [...cidrs] } };
  if (current.metadata.deletionTimestamp || !isDeepStrictEqual(have, [...cidrs])) return undefined;
  const conditions = status?.conditions ?? [];
  const ready = conditions.find((c) => c.type === 'Ready');
  if (ready && ready.status !== 'Unknown') return undefined;
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: '',
    message: 'Kubernetes default Service CIDR is ready',
    lastTransitionTime: formatTime(nowMs),
  };
  return { ...current, status: { ...status, conditions: [...conditions.filter((c) => c.type !== 'Ready'), condition] } };
}
