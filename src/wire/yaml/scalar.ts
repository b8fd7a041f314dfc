/** Scalars as Go's YAML emitter (go-yaml v2) writes them: plain where it can, else single, double quoted or literal. */
import { resolvePlain } from './schema.ts';

const BASE60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
/** Also dates: they are text, but unquoted another reader would take them for dates. */
const TIMESTAMP = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)?)?$/;
/** Outside what the emitter calls printable: control characters, the BOM, and all beyond the basic plane. */
// eslint-disable-next-line no-control-regex -- control characters are the point
const UNPRINTABLE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0', '\x07': 'a', '\b': 'b', '\t': 't', '\n': 'n', '\v': 'v', '\f': 'f', '\r': 'r', '\x1b': 'e', '"': '"', '\\': '\\',
  '\x85': 'N', '\u00a0': '_', '\u2028': 'L', '\u2029': 'P',
}; // prettier-ignore

/** Lines are folded at the first blank after this column. */
const WIDTH = 80;

/** Where a string stands: the column of its first character, and the indentation of folded lines. Keys have none: they never fold. */
export interface Place {
  readonly column: number;
  readonly indent: string;
}

/** A string that is no literal block: plain, 'single' or "double" quoted. */
export function inlineString(text: string, place?: Place): string {
  if (isText(text)) {
    if (plainAllowed(text)) return fold(text, place, false);
    if (singleAllowed(text)) return fold(`'${text.replaceAll("'", "''")}'`, place, false);
  }
  return fold(doubleQuoted(text), place, true);
}

/** Puts line breaks in place of single blanks beyond the width. `quoted`: a blank that begins a line can be escaped. */
function fold(text: string, place: Place | undefined, quoted: boolean): string {
  if (!place || place.column + text.length <= WIDTH) return text;
  const runes = Array.from(text);
  const delimited = quoted || text.startsWith("'") ? 1 : 0;
  let out = '';
  let column = place.column;
  let afterBlank = false;
  runes.forEach((rune, i) => {
    const blank = rune === ' ';
    const nextBlank = runes[i + 1] === ' ';
    const inside = i > delimited && i < runes.length - 1 - delimited;
    if (blank && !afterBlank && column > WIDTH && inside && (quoted || !nextBlank)) {
      out += `\n${place.indent}${quoted && nextBlank ? '\\' : ''}`;
      column = place.indent.length + (quoted && nextBlank ? 1 : 0);
    } else {
      out += rune;
      column++;
    }
    afterBlank = blank;
  });
  return out;
}

/** True when the emitter writes the string as a literal block. */
export function isLiteral(text: string): boolean {
  // Blanks before a break or at the end would get lost.
  return text.includes('\n') && !UNPRINTABLE.test(text) && !/ [\n\u2028\u2029]| $/.test(text);
}

/** `|`, `|-` or `|+` (with `2` when the text begins with blanks) and the lines under it, without the last line break. */
export function literalBlock(text: string, indent: string): string {
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  return `|${hint}${chomp}\n${body.replace(/^(?=[^\n])/gm, indent)}`;
}

/** strconv.FormatFloat(value, 'g', -1, 64), and integers in full. */
export function numberText(value: number | bigint): string {
  if (typeof value === 'bigint') return value.toString();
  if (Number.isInteger(value) && value < 2 ** 64 && value >= -(2 ** 63)) return BigInt(value).toString();
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 21 && power < Math.max(6, 0)) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Not what a reader would take for a number, a boolean, ... */
function isText(text: string): boolean {
  return resolvePlain(text) === undefined && !BASE60.test(text) && !TIMESTAMP.test(text);
}

function plainAllowed(text: string): boolean {
  if (text === '' || UNPRINTABLE.test(text) || /[\n\u2028\u2029]/.test(text)) return false;
  if (/^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?: |$)| )| $/.test(text)) return false;
  return !/:(?: |$)| #/.test(text);
}

function singleAllowed(text: string): boolean {
  return !UNPRINTABLE.test(text) && !/[\n\u2028\u2029]/.test(text);
}

function doubleQuoted(text: string): string {
  let out = '"';
  for (const rune of text) {
    if (ESCAPES[rune] !== undefined && (rune < ' ' || !/[\u00a0]/.test(rune))) out += `\\${ESCAPES[rune]}`;
    else if (UNPRINTABLE.test(rune)) out += escapeRune(rune.codePointAt(0) ?? 0);
    else out += rune;
  }
  return `${out}"`;
}

function escapeRune(code: number): string {
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
