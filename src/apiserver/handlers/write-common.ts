import type { AnyObject } from '../../api/object.ts';
import type { RequestContext } from '../request.ts';
import type { ObjectSubresource, ServedResource } from '../served-resource.ts';
import { deepCopy } from '../../wire/json/deep-copy.ts';

/** The stored form of an object of the served version. */
export async function stored(served: ServedResource, object: AnyObject): Promise<AnyObject> {
  return served.convert ? await served.convert.toStored(object) : object;
}

/** The served form of a stored object, as a copy that may be changed. */
export async function servedCopy(served: ServedResource, object: AnyObject): Promise<AnyObject> {
  return served.convert ? deepCopy(await served.convert.fromStored(object)) : deepCopy(object);
}

/** What to tell about an object that is written; `old` is undefined for a new one. Subresources have warnings of their own, if any. */
export function warnAbout(
  context: RequestContext,
  served: ServedResource,
  object: AnyObject,
  old: AnyObject | undefined,
  subresource?: ObjectSubresource,
): void {
  const { strategy } = served.store;
  const rules = !subresource ? strategy : subresource.part === 'status' ? strategy.status : undefined;
  addWarnings(context, rules?.warnings?.(object, old));
}

export function addWarnings(context: RequestContext, warnings: readonly string[] | undefined): void {
  for (const warning of warnings ?? []) context.warnings.add(warning);
}
