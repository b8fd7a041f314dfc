/** What to do about a claim (syncClaim of pkg/controller/volume/persistentvolume/pv_controller.go). Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import type { StorageClass } from '../../api/storage/v1.gen.ts';
import { namesStorageClass, storageClassName } from '../shared/storage-class-name.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, SELECTED_NODE } from './annotations.ts';
import { findVolume, isBoundTo, whyUnsuitable } from './find-volume.ts';

export interface ClaimEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface ClaimView {
  volume(name: string): PersistentVolume | undefined;
  volumes(): Iterable<PersistentVolume>;
  storageClass(name: string): StorageClass | undefined;
  /** Name of the class for claims that name none. */
  defaultClass(): string | undefined;
  /** Names of pods that use the claim and have no node yet. */
  unscheduledPods(): readonly string[];
}

export type ClaimPlan =
  | { readonly do: 'bind'; readonly volume: PersistentVolume }
  | { readonly do: 'assign-class'; readonly name: string }
  | { readonly do: 'provision' }
  | { readonly do: 'wait'; readonly event?: ClaimEvent }
  | { readonly do: 'lose'; readonly event: ClaimEvent }
  /** Somebody else has the volume: an error, tried again later. */
  | { readonly do: 'fail'; readonly event: ClaimEvent; readonly message: string };

export function planClaim(claim: PersistentVolumeClaim, view: ClaimView): ClaimPlan {
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return planBound(claim, view);
  const name = claim.spec.volumeName;
  return name ? planNamed(claim, view.volume(name)) : planFree(claim, view);
}

/** The claim wants just any volume. */
function planFree(claim: PersistentVolumeClaim, view: ClaimView): ClaimPlan {
  const className = storageClassName(claim);
  const delayBinding = view.storageClass(className)?.volumeBindingMode === 'WaitForFirstConsumer';
  const volume = findVolume(claim, view.volumes(), delayBinding);
  if (volume) return { do: 'bind', volume };
  const defaultClass = namesStorageClass(claim) ? undefined : view.defaultClass();
  if (defaultClass) return { do: 'assign-class', name: defaultClass };
  if (delayBinding && claim.metadata.annotations?.[SELECTED_NODE] === undefined) {
    return { do: 'wait', event: waitForConsumer(view.unscheduledPods()) };
  }
  if (className) return { do: 'provision' };
  const message = 'no persistent volumes available for this claim and no storage class is set';
  return { do: 'wait', event: { type: 'Normal', reason: 'FailedBinding', message } };
}

function waitForConsumer(pods: readonly string[]): ClaimEvent {
  const type = 'Normal';
  if (pods.length === 0)
    return { type, reason: 'WaitForFirstConsumer', message: 'waiting for first consumer to be created before binding' };
  const message = `waiting for pod${pods.length > 1 ? 's' : ''} ${pods.join(',')} to be scheduled`;
  return { type, reason: 'WaitForPodScheduled', message };
}

/** The claim (its user, or a binding that was cut short) names the volume. */
function planNamed(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimPlan {
  if (!volume) return { do: 'wait' };
  const { name } = volume.metadata;
  if (!volume.spec.claimRef) {
    const why = whyUnsuitable(volume, claim);
    if (!why) return { do: 'bind', volume };
    return {
      do: 'wait',
      event: { type: 'Warning', reason: 'VolumeMismatch', message: `Cannot bind to requested volume "${name}": ${why}` },
    };
  }
  if (isBoundTo(volume, claim)) return { do: 'bind', volume };
  const event: ClaimEvent = { type: 'Warning', reason: 'FailedBinding', message: `volume "${name}" already bound to a different claim.` };
  if (claim.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined) return { do: 'wait', event };
  const { namespace, name: claimName } = claim.metadata;
  const holder = `${volume.spec.claimRef.namespace ?? ''}/${volume.spec.claimRef.name ?? ''}`;
  const what = `invalid binding of claim "${namespace}/${claimName}" to volume "${name}"`;
  return { do: 'fail', event, message: `${what}: volume already claimed by "${holder}"` };
}

function planBound(claim: PersistentVolumeClaim, view: ClaimView): ClaimPlan {
  const lost = (reason: string, message: string): ClaimPlan => ({ do: 'lose', event: { type: 'Warning', reason, message } });
  const name = claim.spec.volumeName;
  if (!name) return lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  const volume = view.volume(name);
  if (!volume) return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const ref = volume.spec.claimRef;
  if (!ref || ref.uid === claim.metadata.uid) return { do: 'bind', volume };
  return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}
