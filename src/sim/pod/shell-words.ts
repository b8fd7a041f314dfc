/** One simple command of a script, and what must have happened before it for it to run. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** `&&`: only after success. Otherwise always. */
  readonly after: 'always' | 'success';
}

/** Characters that mean something to a shell that is not simulated: pipes, redirections, expansions, groups, jobs. */
const BEYOND = /[|<>$`(){}*?[\]~#\\]/;
const KEYWORDS = new Set(['if', 'then', 'while', 'until', 'for', 'case', 'do', 'function', 'trap', 'exec', 'set', 'wait', 'cd']);

/** A script of simple commands joined by `;`, `&&` and line ends. Undefined when it is more than that. */
export function shellCommands(script: string): ShellCommand[] | undefined {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let after: ShellCommand['after'] = 'always';
  const end = (next: ShellCommand['after']) => {
    if (words.length > 0) commands.push({ words, after });
    words = [];
    after = next;
  };
  for (let rest = script; rest !== ''; ) {
    const token = /^(?:[ \t]+|(&&)|([;\n])|((?:'[^']*'|"[^"$`\\]*"|[^\s;&'"]+)+))/.exec(rest);
    if (!token) return undefined;
    const [whole, and, separator, word] = token;
    if (and !== undefined) end('success');
    else if (separator !== undefined) end('always');
    else if (word !== undefined) {
      const bare = word.replace(/'[^']*'|"[^"]*"/g, '');
      if (BEYOND.test(bare) || (words.length === 0 && (KEYWORDS.has(word) || bare.includes('=')))) return undefined;
      words.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, single: string | undefined, double: string | undefined) => single ?? double ?? ''));
    }
    rest = rest.slice(whole.length);
  }
  end('always');
  return commands;
}
