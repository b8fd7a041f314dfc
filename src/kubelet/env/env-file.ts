const at = (line: number, what: string) => new Error(`invalid environment variable format at line ${line}: ${what}`);

/**
 * The value of one key in an env file (KEP-5307 `fileKeyRef`). The format is a strict part of the shell's: `KEY='value'`, the value in single
 * quotes, taken as it stands, possibly over several lines; blank lines and comments are skipped. Undefined when the key is absent. Throws at the first wrong line.
 */
export function envFileValue(content: string, key: string): string | undefined {
  const lines = content.split('\n').map((line) => line.replace(/\r$/, ''));
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] ?? '').replace(/^[ \t]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    if (equals < 0) throw at(index + 1, "missing '='");
    const name = line.slice(0, equals);
    if (name.trim() === '') throw at(index + 1, 'empty variable name');
    if (/[ \t]$/.test(name)) throw at(index + 1, "whitespace before '=' is not allowed");
    const rest = line.slice(equals + 1);
    // As in a shell, `KEY= 'x'` leaves KEY empty.
    if (/^[ \t]/.test(rest)) {
      if (name === key) return '';
      continue;
    }
    if (!rest.startsWith("'")) throw at(index + 1, 'value must be enclosed in single quotes');
    const quoted = readQuoted(lines, index, rest.slice(1));
    if (name === key) return quoted.value;
    index = quoted.lastLine;
  }
  return undefined;
}

function readQuoted(lines: readonly string[], first: number, rest: string): { value: string; lastLine: number } {
  let value = '';
  for (let line = first, text: string | undefined = rest; text !== undefined; text = lines[++line]) {
    const close = text.indexOf("'");
    if (close < 0) {
      value += `${text}\n`;
      continue;
    }
    if (!/^[ \t]*(#.*)?$/s.test(text.slice(close + 1))) throw at(line + 1, 'unexpected content after closing quote');
    return { value: value + text.slice(0, close), lastLine: line };
  }
  throw new Error(`invalid environment variable format starting at line ${first + 1}: unclosed single quote`);
}
