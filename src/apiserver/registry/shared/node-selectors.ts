/** Rules of selectors of nodes: affinity of pods and of volumes. */
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, TopologySelectorTerm } from '../../../api/core/v1.gen.ts';
import { duplicate, forbidden, invalid, required, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { isLabelValue } from '../../../machinery/names.ts';
import { checkQualifiedName, checkSubdomain } from './field-checks.ts';

export interface NodeSelectorOptions {
  /** Values need not be possible values of labels. */
  readonly anyValues?: boolean;
}

export function checkNodeSelector(selector: NodeSelector, path: FieldPath, errors: FieldError[], options: NodeSelectorOptions = {}): void {
  const terms = selector.nodeSelectorTerms ?? [];
  const here = path.child('nodeSelectorTerms');
  if (terms.length === 0) errors.push(required(here, 'must have at least one node selector term'));
  terms.forEach((term, i) => checkNodeSelectorTerm(term, here.index(i), errors, options));
}

export function checkNodeSelectorTerm(
  term: NodeSelectorTerm,
  path: FieldPath,
  errors: FieldError[],
  options: NodeSelectorOptions = {},
): void {
  term.matchExpressions?.forEach((requirement, i) =>
    checkExpression(requirement, path.child('matchExpressions').index(i), errors, options),
  );
  term.matchFields?.forEach((requirement, i) => checkField(requirement, path.child('matchFields').index(i), errors));
}

function checkExpression(requirement: NodeSelectorRequirement, path: FieldPath, errors: FieldError[], options: NodeSelectorOptions): void {
  const { key, operator, values = [] } = requirement;
  const here = path.child('values');
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(here, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) errors.push(forbidden(here, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) errors.push(required(here, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else errors.push(invalid(path.child('operator'), operator, 'not a valid selector operator'));
  checkQualifiedName(key, path.child('key'), errors);
  if (options.anyValues) return;
  values.forEach((value, i) => {
    for (const message of isLabelValue(value)) errors.push(invalid(here.index(i), value, message));
  });
}

function checkField({ key, operator, values = [] }: NodeSelectorRequirement, path: FieldPath, errors: FieldError[]): void {
  if (operator !== 'In' && operator !== 'NotIn') errors.push(invalid(path.child('operator'), operator, 'not a valid selector operator'));
  else if (values.length !== 1) {
    errors.push(required(path.child('values'), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  }
  if (key !== 'metadata.name') errors.push(invalid(path.child('key'), key, 'not a valid field selector key'));
  else values.forEach((value, i) => checkSubdomain(value, path.child('values').index(i), errors));
}

/** Storage classes' topologies. Gives the values of each key. */
export function checkTopologyTerm(term: TopologySelectorTerm, path: FieldPath, errors: FieldError[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  term.matchLabelExpressions?.forEach(({ key, values }, i) => {
    const here = path.child('matchLabelExpressions').index(i);
    const known = new Set<string>();
    if ((values ?? []).length === 0) errors.push(required(here.child('values')));
    (values ?? []).forEach((value, v) => {
      if (known.has(value)) errors.push(duplicate(here.child('values').index(v), value));
      known.add(value);
    });
    checkQualifiedName(key, here.child('key'), errors);
    if (found.has(key)) errors.push(duplicate(here.child('key'), key));
    found.set(key, known);
  });
  return found;
}
