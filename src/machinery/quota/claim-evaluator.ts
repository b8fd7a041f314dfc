import type { PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import { Quantity } from '../quantity.ts';
import type { ResourceList } from '../pod/resource-list.ts';
import { classMatches, type QuotaEvaluator } from './evaluator.ts';
import { countName, ONE } from './object-count.ts';

const COUNT = countName('', 'persistentvolumeclaims');
const CLAIMS = 'persistentvolumeclaims';
const STORAGE = 'requests.storage';
const CLASS_SUFFIX = '.storageclass.storage.k8s.io/';

const asClaim = (object: AnyObject | undefined) => object as unknown as PersistentVolumeClaim;

/** What volume claims use up, in all and by storage class (pkg/quota/v1/evaluator/core/persistent_volume_claims.go). */
export const persistentVolumeClaimEvaluator: QuotaEvaluator = {
  matchingResources: (names) =>
    names.filter((n) => [COUNT, CLAIMS, STORAGE].includes(n) || n.endsWith(CLASS_SUFFIX + CLAIMS) || n.endsWith(CLASS_SUFFIX + STORAGE)),
  matchesScope: (selector, object) =>
    selector.scopeName === 'VolumeAttributesClass' && classMatches(selector, attributesClasses(asClaim(object))),
  usage(object) {
    const claim = asClaim(object);
    const usage: ResourceList = new Map([
      [CLAIMS, ONE],
      [COUNT, ONE],
    ]);
    const className = claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? claim.spec?.storageClassName ?? '';
    if (className !== '') usage.set(className + CLASS_SUFFIX + CLAIMS, ONE);
    const storage = storageOf(claim);
    if (!storage) return usage;
    usage.set(STORAGE, storage);
    if (className !== '') usage.set(className + CLASS_SUFFIX + STORAGE, storage);
    return usage;
  },
  handles({ operation, subresource, object, oldObject }) {
    if (subresource === '') return operation === 'CREATE' || operation === 'UPDATE';
    if (subresource !== 'status') return false;
    const state = (claim: PersistentVolumeClaim) =>
      JSON.stringify([claim.status?.allocatedResources?.['storage'], attributesClasses(claim)]);
    return state(asClaim(object)) !== state(asClaim(oldObject));
  },
};

/** What is asked for, or more where a failed expansion still holds more; in whole bytes. */
function storageOf({ spec, status }: PersistentVolumeClaim): Quantity | undefined {
  const asked = spec?.resources?.requests?.['storage'];
  if (asked === undefined) return undefined;
  const wanted = Quantity.parse(asked);
  const allocated = status?.allocatedResources?.['storage'];
  const held = allocated === undefined ? undefined : Quantity.parse(allocated);
  return (held && held.compare(wanted) > 0 ? held : wanted).roundUp(0);
}

function attributesClasses({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(names.filter((n): n is string => Boolean(n)))].sort();
}
