/** How Go prints strings and numbers in the messages that clients read. */

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

// What Go calls printable: letters, marks, numbers, punctuation, symbols and the ASCII space.
const UNPRINTABLE = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** strconv.Quote (the verb %q): a Go string literal. */
export function goQuote(text: string): string {
  return `"${text.replace(UNPRINTABLE, escapeRune)}"`;
}

function escapeRune(rune: string): string {
  const short = SHORT_ESCAPES[rune];
  if (short !== undefined) return short;
  const code = rune.codePointAt(0) ?? 0;
  // A lone surrogate cannot be in a Go string; its decoder would have replaced it.
  if (code >= 0xd800 && code < 0xe000) return '\ufffd';
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** The verb %v of a float64 (integers print plainly). */
export function goNumber(value: number | bigint): string {
  if (typeof value === 'bigint') return value.toString();
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const absolute = Math.abs(value);
  if (absolute !== 0 && absolute < 1e-4) return padExponent(value.toExponential());
  return padExponent(String(value));
}

function padExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
