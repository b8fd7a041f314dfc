/** Selectors of a review as text (pkg/registry/authorization/util). What cannot be understood is left out: that only asks for more. */
import type { ResourceAttributes } from '../../../api/authorization/v1.gen.ts';
import { fieldSelectorOf, parseFieldSelector, type FieldRequirement } from '../../../machinery/selectors/field-selector.ts';
import { parseLabelSelector } from '../../../machinery/selectors/parse-label-selector.ts';
import { newRequirement, type Operator, type Requirement } from '../../../machinery/selectors/requirement.ts';
import { selectorOf } from '../../../machinery/selectors/selector.ts';

export interface ReviewSelectors {
  readonly fieldSelector: string;
  readonly labelSelector: string;
  /** For status.evaluationError. */
  readonly problems: string[];
}

export function selectorsOf({ fieldSelector, labelSelector }: ResourceAttributes): ReviewSelectors {
  const problems: string[] = [];
  const read = <T>(
    name: string,
    raw: string | undefined,
    requirements: readonly T[],
    parseRaw: (text: string) => string,
    convert: (all: readonly T[]) => [text: string, failed: boolean],
  ) => {
    const ignored = (how: string) => problems.push(`spec.resourceAttributes.${name} ${how}ignored due to parse error`);
    if (requirements.length > 0) {
      const [text, failed] = convert(requirements);
      if (failed) ignored(text === '' ? '' : 'partially ');
      return text;
    }
    try {
      return parseRaw(raw ?? '');
    } catch {
      // Reported in the status; the question is asked without the selector.
      ignored('');
      return '';
    }
  };
  return {
    fieldSelector: read(
      'fieldSelector',
      fieldSelector?.rawSelector,
      fieldSelector?.requirements ?? [],
      (text) => parseFieldSelector(text).toString(),
      (all) => {
        const good = all.flatMap((r) => fieldRequirement(r) ?? []);
        return [fieldSelectorOf(good).toString(), good.length < all.length];
      },
    ),
    labelSelector: read(
      'labelSelector',
      labelSelector?.rawSelector,
      labelSelector?.requirements ?? [],
      (text) => parseLabelSelector(text).toString(),
      (all) => {
        const good = all.flatMap((r) => labelRequirement(r) ?? []);
        return [selectorOf(good).toString(), good.length < all.length];
      },
    ),
    problems,
  };
}

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

function fieldRequirement({ key, operator, values = [] }: Expression): FieldRequirement | undefined {
  const [value] = values;
  if (values.length !== 1 || value === undefined || (operator !== 'In' && operator !== 'NotIn')) return undefined;
  return { field: key, operator: operator === 'In' ? '=' : '!=', value };
}

const OPERATORS = new Map<string, Operator>([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

function labelRequirement({ key, operator, values = [] }: Expression): Requirement | undefined {
  const known = OPERATORS.get(operator);
  if (!known) return undefined;
  try {
    return newRequirement(key, known, values);
  } catch {
    // Reported by the caller as ignored.
    return undefined;
  }
}
