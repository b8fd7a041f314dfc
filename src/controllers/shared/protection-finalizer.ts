/** A finalizer that keeps an object until nobody uses it (pkg/controller/util/protectionutil). */
import type { KubeObject } from '../../api/object.ts';
import type { ResourceRef } from '../../client/client.ts';
import type { ControllerContext } from '../controller.ts';

/** Whether the finalizer has to be added, or looked at because the object is to be deleted. */
export function needsProtectionWork(object: KubeObject, finalizer: string): boolean {
  const has = object.metadata.finalizers?.includes(finalizer) ?? false;
  return has === (object.metadata.deletionTimestamp !== undefined);
}

/** Adds the finalizer to a living object; takes it from a deleted one that is not used. */
export async function protect<T extends KubeObject>(
  ctx: Pick<ControllerContext, 'client'>,
  of: { readonly ref: ResourceRef<T>; readonly object: T; readonly finalizer: string; isUsed(): boolean | Promise<boolean> },
): Promise<void> {
  const { ref, object, finalizer } = of;
  if (!needsProtectionWork(object, finalizer)) return;
  const finalizers = object.metadata.finalizers ?? [];
  const isDeleted = object.metadata.deletionTimestamp !== undefined;
  if (isDeleted && (await of.isUsed())) return;
  const wanted = isDeleted ? finalizers.filter((f) => f !== finalizer) : [...finalizers, finalizer];
  await ctx.client.resource(ref).update({ ...object, metadata: { ...object.metadata, finalizers: wanted } });
}
