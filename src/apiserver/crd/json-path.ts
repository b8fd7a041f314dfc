/** The small JSONPath that CRD columns, scale and selectable fields use: `.spec.a`, `['b']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`. */
export type JsonPath = readonly Step[];

type Step = { readonly kind: 'field'; readonly name: string } | { readonly kind: 'index'; readonly index: number } | { readonly kind: 'all' } | { readonly kind: 'filter'; readonly path: JsonPath; readonly operator: string; readonly value: unknown };

const TOKEN = /\.([A-Za-z0-9_\-/$]+(?:\\\.[A-Za-z0-9_\-/$]+)*)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(-?\d+)\]|\[\*\]|\.\*|\[\?\(@((?:[^()]|\([^()]*\))*)\)\]/gy;

/** Throws on what it does not understand. */
export function parseJsonPath(text: string): JsonPath {
  const steps: Step[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`unrecognized JSON path ${JSON.stringify(text)} at ${at}`);
    at = TOKEN.lastIndex;
    const [whole, dotted, single, double, index, filter] = match;
    if (dotted !== undefined) steps.push({ kind: 'field', name: dotted.replaceAll('\\.', '.') });
    else if (single !== undefined || double !== undefined) steps.push({ kind: 'field', name: (single ?? double ?? '').replaceAll(/\\(.)/g, '$1') });
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) });
    else if (filter !== undefined) steps.push(parseFilter(filter));
    else if (whole === '[*]' || whole === '.*') steps.push({ kind: 'all' });
  }
  return steps;
}

function parseFilter(text: string): Step {
  const match = /^([^=!<>]*?)\s*(==|!=|<=|>=|<|>)\s*(.+)$/.exec(text.trim());
  if (!match) return { kind: 'filter', path: parseJsonPath(text.trim()), operator: 'exists', value: undefined };
  const [, path = '', operator = '', raw = ''] = match;
  const quoted = /^(['"])(.*)\1$/.exec(raw.trim());
  return { kind: 'filter', path: parseJsonPath(path.trim()), operator, value: quoted ? quoted[2] : (JSON.parse(raw) as unknown) };
}

/** Every value the path leads to. */
export function evaluate(path: JsonPath, value: unknown): unknown[] {
  let current: unknown[] = [value];
  for (const step of path) current = current.flatMap((v) => advance(step, v));
  return current;
}

function advance(step: Step, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (step.kind) {
    case 'field':
      return Object.hasOwn(value, step.name) ? [(value as Record<string, unknown>)[step.name]] : [];
    case 'index': {
      if (!Array.isArray(value)) return [];
      const found = (value as unknown[]).at(step.index);
      return found === undefined ? [] : [found];
    }
    case 'all':
      return Object.values(value);
    case 'filter':
      return (Array.isArray(value) ? (value as unknown[]) : Object.values(value)).filter((item) => matches(step, item));
  }
}

function matches(step: Step & { kind: 'filter' }, item: unknown): boolean {
  const [found] = evaluate(step.path, item);
  switch (step.operator) {
    case 'exists':
      return found !== undefined;
    case '==':
      return found === step.value;
    case '!=':
      return found !== step.value;
    default:
      return compare(found, step.operator, step.value);
  }
}

function compare(a: unknown, operator: string, b: unknown): boolean {
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false;
  const [x, y] = [a, b as number | string];
  return operator === '<' ? x < y : operator === '>' ? x > y : operator === '<=' ? x <= y : x >= y;
}
