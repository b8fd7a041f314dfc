/** Field selectors, as in `?fieldSelector=` (k8s.io/apimachinery/pkg/fields). */
import { SelectorError } from './requirement.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[];
  readonly empty: boolean;
  /** `get` returns a field's value as text, '' when it has none. */
  matches(get: (field: string) => string): boolean;
  requiresExactMatch(field: string): string | undefined;
  toString(): string;
}

/** Renames or refuses (by throwing) one requirement; undefined drops it. */
export type FieldTransform = (field: string, value: string) => readonly [field: string, value: string] | undefined;

class Requirements implements FieldSelector {
  readonly requirements: readonly FieldRequirement[];

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements;
  }

  get empty(): boolean {
    return this.requirements.length === 0;
  }

  matches(get: (field: string) => string): boolean {
    return this.requirements.every(({ field, operator, value }) => (get(field) === value) === (operator === '='));
  }

  requiresExactMatch(field: string): string | undefined {
    return this.requirements.find((r) => r.field === field && r.operator === '=')?.value;
  }

  toString(): string {
    return this.requirements.map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`).join(',');
  }
}

export const EVERY_FIELD: FieldSelector = new Requirements([]);

export function fieldSelectorOf(requirements: readonly FieldRequirement[]): FieldSelector {
  return new Requirements(requirements);
}

/** Parses `a=b,c!=d`. Throws SelectorError with upstream's message. */
export function parseFieldSelector(text: string, transform?: FieldTransform): FieldSelector {
  if (text === '') return EVERY_FIELD;
  const out: FieldRequirement[] = [];
  for (const term of splitTerms(text).sort()) {
    if (term === '') continue;
    const at = term.search(/[=]|!=/);
    if (at < 0) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
    const operator = term.startsWith('!=', at) ? '!=' : term.startsWith('==', at) ? '==' : '=';
    const field = term.slice(0, at);
    const value = unescapeFieldValue(term.slice(at + operator.length));
    const changed = transform ? transform(field, value) : ([field, value] as const);
    if (changed && !(changed[0] === '' && changed[1] === '')) {
      out.push({ field: changed[0], operator: operator === '!=' ? '!=' : '=', value: changed[1] });
    }
  }
  return new Requirements(out);
}

export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

function unescapeFieldValue(text: string): string {
  if (!/[\\,=]/.test(text)) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '\\') {
      const next = String.fromCodePoint(text.codePointAt(++i) ?? 0);
      if (i >= text.length) throw new SelectorError('invalid field selector: invalid escape sequence: \\');
      if (!/[\\,=]/.test(next)) throw new SelectorError(`invalid field selector: invalid escape sequence: \\${next}`);
      out += next;
    } else if (character === ',' || character === '=') {
      // Upstream prints the rune's number here.
      throw new SelectorError(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`);
    } else {
      out += character;
    }
  }
  return out;
}

/** Splits at commas that no backslash protects. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '\\') i++;
    else if (character === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...terms, text.slice(start)];
}
