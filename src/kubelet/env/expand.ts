/** Replaces `$(NAME)`; `$$` is a dollar sign. What `lookup` does not know stays as written (third_party/forked/golang/expansion). */
export function expand(input: string, lookup: (name: string) => string | undefined): string {
  let out = '';
  for (let at = 0; at < input.length; at++) {
    const char = input.charAt(at);
    const next = input.charAt(at + 1);
    if (char !== '$' || next === '') {
      out += char;
    } else if (next === '$') {
      out += '$';
      at++;
    } else if (next === '(') {
      const close = input.indexOf(')', at + 2);
      if (close < 0) {
        out += '$(';
        at++;
      } else {
        const name = input.slice(at + 2, close);
        out += lookup(name) ?? `$(${name})`;
        at = close;
      }
    } else {
      out += char;
    }
  }
  return out;
}
