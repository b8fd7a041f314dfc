import { findType } from '../api/schema.ts';
import { groupFolder } from '../api/surface.ts';

/** Schema id (`apps/v1.Deployment`) of a built-in kind, or undefined. `apiVersion` as in objects: `v1`, `apps/v1`. */
export function builtinTypeId(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const id = `${groupFolder(group)}/${apiVersion.slice(slash + 1)}.${kind}`;
  return findType(id) ? id : undefined;
}
