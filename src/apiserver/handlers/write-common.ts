import type { AnyObject } from '../../api/object.ts';
import type { RequestContext } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';

/** The stored form of an object of the served version. */
export async function stored(served: ServedResource, object: AnyObject): Promise<AnyObject> {
  return served.convert ? await served.convert.toStored(object) : object;
}

/** The served form of a stored object, as a copy that may be changed. */
export async function servedCopy(served: ServedResource, object: AnyObject): Promise<AnyObject> {
  return served.convert ? structuredClone(await served.convert.fromStored(object)) : structuredClone(object);
}

export function addWarnings(context: RequestContext, warnings: readonly string[] | undefined): void {
  for (const warning of warnings ?? []) context.warnings.add(warning);
}
