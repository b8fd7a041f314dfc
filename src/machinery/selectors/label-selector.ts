/** LabelSelector objects (`spec.selector` and the like) as matchers (metav1.LabelSelectorAsSelector). */
import type { LabelSelector, LabelSelectorRequirement } from '../../api/meta/v1.gen.ts';
import type { DeepReadonly } from '../../api/object.ts';
import { goQuote } from '../../wire/json/go-text.ts';
import { parseLabelSelector } from './parse-label-selector.ts';
import { newRequirement, SelectorError, type Operator } from './requirement.ts';
import { EVERYTHING, NOTHING, selectorOf, type Selector } from './selector.ts';

const OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** An absent selector matches nothing, an empty one everything. Throws SelectorError. */
export function labelSelectorAsSelector(object: DeepReadonly<LabelSelector> | undefined | null): Selector {
  if (!object) return NOTHING;
  const labels = Object.entries(object.matchLabels ?? {});
  const expressions = object.matchExpressions ?? [];
  if (labels.length + expressions.length === 0) return EVERYTHING;
  return selectorOf([
    ...labels.map(([key, value]) => newRequirement(key, '=', [value])),
    ...expressions.map(({ key, operator, values }) => {
      const op = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
      if (op === undefined) throw new SelectorError(`${goQuote(operator)} is not a valid label selector operator`);
      return newRequirement(key, op, [...(values ?? [])]);
    }),
  ]);
}

/** Text as a LabelSelector object (metav1.ParseToLabelSelector). Throws SelectorError. */
export function parseToLabelSelector(text: string): LabelSelector {
  const matchLabels: Record<string, string> = {};
  const matchExpressions: LabelSelectorRequirement[] = [];
  const names: Partial<Record<Operator, string>> = { in: 'In', notin: 'NotIn', exists: 'Exists', '!': 'DoesNotExist' };
  for (const { key, operator, values } of parseOrExplain(text).requirements) {
    if (operator === '=' || operator === '==') {
      matchLabels[key] = values[0] ?? '';
      continue;
    }
    if (operator === 'gt' || operator === 'lt') throw new SelectorError(`${goQuote(operator)} isn't supported in label selectors`);
    const name = names[operator];
    if (name === undefined) throw new SelectorError(`${goQuote(operator)} is not a valid label selector operator`);
    matchExpressions.push({ key, operator: name, ...(values.length > 0 && { values: [...values] }) });
  }
  return { matchLabels, matchExpressions };
}

function parseOrExplain(text: string): Selector {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    if (error instanceof SelectorError) throw new SelectorError(`couldn't parse the selector string "${text}": ${error.message}`);
    throw error;
  }
}

/** How tables and events print a LabelSelector object (metav1.FormatLabelSelector): `<none>` for everything, `<error>` for a broken one. */
export function formatLabelSelector(object: DeepReadonly<LabelSelector> | undefined | null): string {
  try {
    const selector = labelSelectorAsSelector(object);
    return selector.toString() === '' ? '<none>' : selector.toString();
  } catch (error) {
    if (error instanceof SelectorError) return '<error>';
    throw error;
  }
}
