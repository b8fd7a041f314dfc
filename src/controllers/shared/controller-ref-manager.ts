/**
 * Claims objects for a controller: keeps its own that match, releases its own that no longer do, adopts matching ones that nobody manages
 * (pkg/controller/controller_ref_manager.go).
 */
import type { KubeObject } from '../../api/object.ts';
import { errorMessage } from '../../base/log.ts';
import { isInvalid, isNotFound } from '../../machinery/status-error.ts';
import { controllerOf, newControllerRef, type OwnerKind } from './controller-ref.ts';
import type { LabelMatcher } from './label-selector.ts';

export interface ClaimOptions<T extends KubeObject> {
  readonly controller: KubeObject;
  readonly kind: OwnerKind;
  readonly matches: LabelMatcher;
  /** A further test besides the labels. */
  readonly filter?: (object: T) => boolean;
  /** The controller read afresh from the server: adoption is refused when it is another one by now, or being deleted. */
  readonly fresh: () => Promise<KubeObject>;
  /** A strategic merge patch of the object. */
  readonly patch: (object: T, patch: unknown) => Promise<unknown>;
  /** Finalizers added at adoption and taken away at release. */
  readonly finalizers?: readonly string[];
}

/** The claimed objects. Rejects with what went wrong, after all objects were tried. */
export async function claimObjects<T extends KubeObject>(objects: readonly T[], options: ClaimOptions<T>): Promise<T[]> {
  const adopt = adopter(options);
  const errors: unknown[] = [];
  const claimed: T[] = [];
  for (const object of objects) {
    try {
      if (await claim(object, options, adopt)) claimed.push(object);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, errors.map(errorMessage).join(', '));
  return claimed;
}

async function claim<T extends KubeObject>(object: T, options: ClaimOptions<T>, adopt: (object: T) => Promise<void>): Promise<boolean> {
  const { controller } = options;
  const matches = options.matches(object.metadata.labels) && (options.filter?.(object) ?? true);
  const ref = controllerOf(object);
  if (ref) {
    if (ref.uid !== controller.metadata.uid) return false;
    if (matches) return true;
    if (!controller.metadata.deletionTimestamp) await release(object, options);
    return false;
  }
  if (controller.metadata.deletionTimestamp || !matches || object.metadata.deletionTimestamp) return false;
  if (controller.metadata.namespace !== object.metadata.namespace) return false;
  try {
    await adopt(object);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Asks once, at the first adoption, whether the controller may adopt. */
function adopter<T extends KubeObject>(options: ClaimOptions<T>): (object: T) => Promise<void> {
  let allowed: Promise<string | undefined> | undefined;
  return async (object) => {
    const refusal = await (allowed ??= whyNotAdopt(options));
    const { namespace, name, uid } = object.metadata;
    if (refusal !== undefined) throw new Error(`can't adopt ${object.kind} ${namespace}/${name} (${uid}): ${refusal}`);
    await options.patch(object, {
      metadata: {
        uid,
        ownerReferences: [newControllerRef(options.controller, options.kind)],
        ...(options.finalizers && { finalizers: options.finalizers }),
      },
    });
  };
}

async function whyNotAdopt<T extends KubeObject>({ controller, kind, fresh }: ClaimOptions<T>): Promise<string | undefined> {
  const { namespace, name, uid } = controller.metadata;
  try {
    const now = await fresh();
    if (now.metadata.uid !== uid) return `original ${kind.kind} ${namespace}/${name} is gone: got uid ${now.metadata.uid}, wanted ${uid}`;
    if (now.metadata.deletionTimestamp) return `${namespace}/${name} has just been deleted at ${now.metadata.deletionTimestamp}.`;
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

/** Gone already, or no longer ours: nothing to release. */
async function release<T extends KubeObject>(object: T, options: ClaimOptions<T>): Promise<void> {
  try {
    await options.patch(object, deleteOwnerRefPatch(object.metadata.uid, [options.controller.metadata.uid], options.finalizers));
  } catch (error) {
    if (!isNotFound(error) && !isInvalid(error)) throw error;
  }
}

/** Strategic merge patch that takes owner references (by UID) away; `uid` is the object's own, as a precondition. */
export function deleteOwnerRefPatch(uid: string, ownerUids: readonly string[], finalizers?: readonly string[]): unknown {
  return {
    metadata: {
      uid,
      ownerReferences: ownerUids.map((owner) => ({ $patch: 'delete', uid: owner })),
      ...(finalizers && finalizers.length > 0 && { '$deleteFromPrimitiveList/finalizers': finalizers }),
    },
  };
}
