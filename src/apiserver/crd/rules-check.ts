/** Rules of a definition that cannot run, or would cost too much. */
import type { CustomResourceDefinition } from '../../api/apiextensions/v1.gen.ts';
import { fieldPath, forbidden, invalid, required, type FieldError, type FieldPath } from '../../machinery/field.ts';
import { estimate, maxElements, RULE_LIMIT } from './rules-cost.ts';
import { rulesOf } from './rules-compile.ts';
import { isObject, itemSchema, type Structural } from './structural.ts';

export function checkRules(crd: CustomResourceDefinition): FieldError[] {
  const versions = fieldPath('spec', 'versions');
  return (crd.spec.versions ?? []).flatMap((version, i) => {
    const schema = version.schema?.openAPIV3Schema as Structural | undefined;
    return schema ? checkNode(schema, versions.index(i).child('schema', 'openAPIV3Schema'), 1, true) : [];
  });
}

/** `cardinality`: how often the node can be there in one object. */
function checkNode(schema: Structural, path: FieldPath, cardinality: number, isRoot = false): FieldError[] {
  const errors = checkRulesOf(schema, path.child('x-kubernetes-validations'), cardinality, isRoot);
  for (const [name, inner] of Object.entries(schema.properties ?? {}))
    errors.push(...checkNode(inner as Structural, path.child('properties').key(name), cardinality));
  const items = itemSchema(schema);
  if (items) errors.push(...checkNode(items, path.child('items'), cardinality * maxElements(schema)));
  if (isObject(schema.additionalProperties)) {
    errors.push(
      ...checkNode(schema.additionalProperties as Structural, path.child('additionalProperties'), cardinality * maxElements(schema)),
    );
  }
  return errors;
}

const ADVICE = 'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';

function checkRulesOf(schema: Structural, path: FieldPath, cardinality: number, isRoot: boolean): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { rule, program, message }] of rulesOf(schema, isRoot).entries()) {
    const at = path.index(i).child('rule');
    if (rule.rule.trim() === '') errors.push(required(at, 'rule is not specified'));
    else if (program instanceof Error) errors.push(invalid(at, { ...rule }, `compilation failed: ${program.message}`));
    else if (program.type.kind !== 'bool' && program.type.kind !== 'dyn')
      errors.push(invalid(at, { ...rule }, 'compilation failed: cel expression must evaluate to a bool'));
    else {
      const total = estimate(program.expr, schema) * cardinality;
      if (total > RULE_LIMIT)
        errors.push(forbidden(at, `estimated rule cost exceeds budget by factor of ${factor(total / RULE_LIMIT)} (${ADVICE})`));
    }
    if (message instanceof Error)
      errors.push(
        invalid(path.index(i).child('messageExpression'), { ...rule }, `messageExpression compilation failed: ${message.message}`),
      );
  }
  return errors;
}

function factor(times: number): string {
  return times > 100 ? 'more than 100x' : `${times.toFixed(1)}x`;
}
