import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../../../../api/apiextensions/v1.gen.ts';

type Wanted = Pick<CustomResourceDefinitionCondition, 'type' | 'status' | 'reason' | 'message'>;

/** Sets a condition in place; its time moves only when the status changes. Returns whether anything changed. */
export function setCondition(crd: CustomResourceDefinition, wanted: Wanted, now: string): boolean {
  crd.status ??= { acceptedNames: { plural: '', kind: '' } };
  const conditions = (crd.status.conditions ??= []);
  const found = conditions.find((c) => c.type === wanted.type);
  if (found && found.status === wanted.status && found.reason === wanted.reason && found.message === wanted.message) return false;
  const lastTransitionTime = found && found.status === wanted.status ? found.lastTransitionTime : now;
  const next = { ...wanted, lastTransitionTime } as CustomResourceDefinitionCondition;
  if (found) conditions[conditions.indexOf(found)] = next;
  else conditions.push(next);
  return true;
}

export function hasCondition(crd: CustomResourceDefinition, type: string): boolean {
  return (crd.status?.conditions ?? []).some((c) => c.type === type && c.status === 'True');
}
