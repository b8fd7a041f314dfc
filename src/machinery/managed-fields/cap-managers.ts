import { managerId, secondsOf, type ManagedSet, type ManagerId, type Managers } from './managers.ts';
import { compareText } from './path-element.ts';

/** More updaters than this are not kept: the oldest become one. */
const MAX_UPDATE_MANAGERS = 10;
const BUCKET = 'ancient-changes';

/** Merges the oldest updaters, version by version (apimachinery managedfields/internal/capmanagers.go). */
export function capManagers(managers: Managers): void {
  const updaters = [...managers].filter(([, managed]) => !managed.applied).sort(oldestFirst);
  const firstOf = new Map<string, ManagerId>();
  let count = updaters.length;
  for (const [id, managed] of updaters) {
    if (count <= MAX_UPDATE_MANAGERS) return;
    const { apiVersion } = managed;
    const first = firstOf.get(apiVersion);
    if (first === undefined) {
      firstOf.set(apiVersion, id);
      continue;
    }
    const bucket = managerId({ manager: BUCKET, operation: 'Update', apiVersion, subresource: '' });
    const into = managers.get(bucket) ?? managers.get(first);
    if (!managers.has(bucket)) managers.delete(first);
    managers.delete(id);
    managers.set(bucket, { ...managed, set: into ? managed.set.union(into.set) : managed.set });
    count--;
  }
}

function oldestFirst([idA, a]: [ManagerId, ManagedSet], [idB, b]: [ManagerId, ManagedSet]): number {
  return secondsOf(a.time) - secondsOf(b.time) || compareText(idA, idB);
}
