/** JSON values as YAML, byte for byte as sigs.k8s.io/yaml prints them (kubectl's `-o yaml`). */
import { inlineString, isLiteral, literalBlock, numberText } from './scalar.ts';

/** Keys longer than this (in bytes) stand on a line of their own after `?`. */
const SIMPLE_KEY_BYTES = 128;
const STEP = '  ';

/** Keys sorted the way go-yaml sorts them; undefined members left out; ends with a line break. */
export function stringifyYaml(value: unknown): string {
  return `${block(value ?? null, { indent: '', outer: '', column: 0 })}\n`;
}

interface Position {
  /** Where the value's own lines start, if it is a collection. */
  readonly indent: string;
  /** Of the collection it is in: literal blocks and folded lines are deeper. */
  readonly outer: string;
  /** Where its first character stands. */
  readonly column: number;
}

/** The text of a value whose first line goes behind something. */
function block(value: unknown, position: Position): string {
  const { indent } = position;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : sequence(value as unknown[], indent);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter((entry) => entry[1] !== undefined);
    return entries.length === 0 ? '{}' : mapping(entries, indent);
  }
  return scalar(value, position);
}

function sequence(items: readonly unknown[], indent: string): string {
  // A nested collection starts right behind the dash.
  const position = { indent: indent + STEP, outer: indent, column: indent.length + 2 };
  return items.map((item) => `- ${block(item ?? null, position)}`).join(`\n${indent}`);
}

function mapping(entries: [string, unknown][], indent: string): string {
  return entries
    .sort((a, b) => compareKeys(a[0], b[0]))
    .map(([key, value]) => {
      const text = keyText(key, indent);
      // Behind a long key everything starts on the line of the colon.
      if (text.startsWith('? ')) return `${text} ${block(value, { indent: indent + STEP, outer: indent, column: indent.length + 2 })}`;
      return text + behindKey(value, indent, text.length);
    })
    .join(`\n${indent}`);
}

function keyText(key: string, indent: string): string {
  const text = key === '' ? '""' : inlineString(key);
  const simple = !/[\n\r\x85\u2028\u2029]/.test(key) && Buffer.byteLength(key) <= SIMPLE_KEY_BYTES;
  return simple
    ? `${text}:`
    : `? ${isLiteral(key) ? literalBlock(key, indent + STEP) : inlineString(key, { column: indent.length + 2, indent: indent + STEP })}\n${indent}:`;
}

function behindKey(value: unknown, indent: string, keyWidth: number): string {
  if (Array.isArray(value) && value.length > 0) return `\n${indent}${sequence(value as unknown[], indent)}`;
  const text = block(value, { indent: indent + STEP, outer: indent, column: indent.length + keyWidth + 1 });
  const opensBlock = typeof value === 'object' && value !== null && !Array.isArray(value) && text !== '{}';
  return opensBlock ? `\n${indent}${STEP}${text}` : ` ${text}`;
}

function scalar(value: unknown, { outer, column }: Position): string {
  const indent = outer + STEP;
  if (typeof value === 'string') return isLiteral(value) ? literalBlock(value, indent) : inlineString(value, { column, indent });
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  throw new TypeError(`Cannot print a ${typeof value} as YAML`);
}

const isLetter = (rune: string) => /\p{L}/u.test(rune);
const isDigit = (rune: string | undefined) => rune !== undefined && rune >= '0' && rune <= '9';

/** Letters after everything else, runs of digits by their value (`a2` before `a10`). */
function compareKeys(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let i = 0; i < left.length && i < right.length; i++) {
    const l = left[i] as string;
    const r = right[i] as string;
    if (l === r) continue;
    const letters = Number(isLetter(l)) - Number(isLetter(r));
    if (letters !== 0) return letters;
    if (!isLetter(l)) {
      const byNumber = compareDigits(left, right, i);
      if (byNumber !== 0) return byNumber;
    }
    return (l.codePointAt(0) ?? 0) - (r.codePointAt(0) ?? 0);
  }
  return left.length - right.length;
}

function compareDigits(left: readonly string[], right: readonly string[], at: number): number {
  const run = (runes: readonly string[]) => {
    let end = at;
    while (isDigit(runes[end])) end++;
    return runes.slice(at, end).join('');
  };
  const l = run(left);
  const r = run(right);
  // A zero inside a number counts: the digits before it belong to both.
  let prefix = '';
  if (left[at] === '0' || right[at] === '0') {
    for (let i = at - 1; isDigit(left[i]); i--) if (left[i] !== '0') prefix = '1';
  }
  const byValue = Number(prefix + l || 0) - Number(prefix + r || 0);
  return byValue !== 0 ? byValue : l.length - r.length;
}
