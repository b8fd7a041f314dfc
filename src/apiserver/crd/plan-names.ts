/** Which names a definition may have, given the others of its group (pkg/controller/status/naming_controller.go). Pure. */
import type { CustomResourceDefinition, CustomResourceDefinitionCondition, CustomResourceDefinitionNames } from '../../api/apiextensions/v1.gen.ts';
import { hasCondition } from '../registry/apiextensions/customresourcedefinitions/conditions.ts';

type Condition = Pick<CustomResourceDefinitionCondition, 'type' | 'status' | 'reason' | 'message'>;

export interface NamePlan {
  readonly accepted: CustomResourceDefinitionNames;
  readonly conditions: readonly Condition[];
}

export function planNames(crd: CustomResourceDefinition, all: readonly CustomResourceDefinition[]): NamePlan {
  const taken = { resources: new Set<string>(), kinds: new Set<string>() };
  for (const other of all) {
    if (other.metadata.name === crd.metadata.name || other.spec.group !== crd.spec.group) continue;
    const names = other.status?.acceptedNames;
    if (!names) continue;
    for (const name of [names.plural, names.singular, ...(names.shortNames ?? [])]) if (name) taken.resources.add(name);
    for (const kind of [names.kind, names.listKind]) if (kind) taken.kinds.add(kind);
  }
  const { names } = crd.spec;
  const before = crd.status?.acceptedNames;
  const accepted: CustomResourceDefinitionNames = { plural: before?.plural ?? '', kind: before?.kind ?? '' };
  const problems: Condition[] = [];
  const refuse = (reason: string, name: string) => problems.push({ type: 'NamesAccepted', status: 'False', reason, message: `${JSON.stringify(name)} is already in use` });
  if (taken.resources.has(names.plural)) refuse('PluralConflict', names.plural);
  else accepted.plural = names.plural;
  if (names.singular && taken.resources.has(names.singular)) refuse('SingularConflict', names.singular);
  else if (names.singular) accepted.singular = names.singular;
  const shortConflict = (names.shortNames ?? []).find((n) => taken.resources.has(n));
  if (shortConflict !== undefined) refuse('ShortNamesConflict', shortConflict);
  else if (names.shortNames) accepted.shortNames = names.shortNames;
  if (taken.kinds.has(names.kind)) refuse('KindConflict', names.kind);
  else accepted.kind = names.kind;
  if (names.listKind && taken.kinds.has(names.listKind)) refuse('ListKindConflict', names.listKind);
  else if (names.listKind) accepted.listKind = names.listKind;
  if (names.categories) accepted.categories = names.categories;
  return { accepted, conditions: [...namesCondition(problems), established(crd, problems.length === 0)] };
}

function namesCondition(problems: readonly Condition[]): Condition[] {
  const [first] = problems;
  return [first ?? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }];
}

/** Once established, a definition stays so. */
function established(crd: CustomResourceDefinition, accepted: boolean): Condition {
  if (accepted || hasCondition(crd, 'Established')) return { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' };
  return { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
}
