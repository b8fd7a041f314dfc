/** YAML as the API server and kubectl read and write it: the JSON values behind it. */
import { loadAll, YAMLException } from 'js-yaml';
import { deepCopy } from '../json/deep-copy.ts';
import { goQuote } from '../json/go-text.ts';
import { JsonSyntaxError, MAX_DEPTH, parseJson } from '../json/parse.ts';
import { goYamlSchema } from './schema.ts';

export { stringifyYaml } from './stringify.ts';

/** The text is not YAML, or not the kind that has a JSON form. */
export class YamlError extends Error {}

export interface ParsedYaml {
  readonly value: unknown;
  /** Complaints about keys that came again, in Go's words; empty for most documents. */
  readonly duplicates: readonly string[];
}

/** Values a document may have once its aliases are written out (go-yaml begins to refuse there). */
const MAX_EXPANDED_NODES = 400_000;
const MAX_ALIASES = 10_000;

/** The first document's value, null for an empty one. Integers beyond 2^53 are BigInt. Throws YamlError. */
export function parseYaml(text: string): unknown {
  return parseYamlStrict(text).value;
}

/** The same with the duplicate keys that strict reading complains of. */
export function parseYamlStrict(text: string): ParsedYaml {
  if (/^\s*[{[]/.test(text)) {
    try {
      const { value, duplicates } = parseJson(text);
      return { value, duplicates: duplicates.map((path) => `key ${goQuote(path.replace(/^.*[.\]]/, ''))} already set in map`) };
    } catch (error) {
      // Flow style that is not JSON: read as YAML below.
      if (!(error instanceof JsonSyntaxError)) throw error;
    }
  }
  const duplicates: string[] = [];
  const documents = load(text, duplicates);
  return { value: documents[0] ?? null, duplicates };
}

/** Every document of a stream; empty ones are left out. Throws YamlError. */
export function parseYamlDocuments(text: string): unknown[] {
  return splitYamlDocuments(text)
    .map(parseYaml)
    .filter((value) => value !== null);
}

/** Splits at lines that begin with `---`, as kubectl does (k8s.io/apimachinery/pkg/util/yaml.YAMLReader). Throws YamlError. */
export function splitYamlDocuments(text: string): string[] {
  const documents: string[] = [];
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('---')) {
      lines.push(line);
      continue;
    }
    const rest = line.slice(3).trim();
    if (rest !== '' && !rest.startsWith('#')) throw new YamlError(`invalid Yaml document separator: ${rest}`);
    documents.push(lines.join('\n'));
    lines = [];
  }
  return [...documents, lines.join('\n')].filter((document) => document.trim() !== '');
}

function load(text: string, duplicates: string[]): unknown[] {
  let documents: unknown[];
  try {
    const schema = goYamlSchema((key) => duplicates.push(`key ${goQuote(key)} already set in map`));
    documents = loadAll(text, { schema, json: true, maxDepth: MAX_DEPTH, maxAliases: MAX_ALIASES });
  } catch (error) {
    throw explain(error);
  }
  if (duplicates.length > 0) duplicates[0] = `${lineOfDuplicate(text)}${duplicates[0]}`;
  const hasAliases = text.includes('&') && text.includes('*');
  for (const document of documents) checkValue(document);
  return hasAliases ? documents.map(unshare) : documents;
}

/** `line N: ` of the first key that comes again: the parser tells it when duplicates are not allowed. */
function lineOfDuplicate(text: string): string {
  try {
    loadAll(text, { schema: goYamlSchema(() => {}), json: false, maxDepth: MAX_DEPTH, maxAliases: MAX_ALIASES });
    return '';
  } catch (error) {
    return error instanceof YAMLException && error.mark ? `line ${error.mark.line + 1}: ` : '';
  }
}

function explain(error: unknown): unknown {
  if (error instanceof YAMLException) {
    const line = error.mark ? `line ${error.mark.line + 1}: ` : '';
    return new YamlError(`yaml: ${line}${error.reason}`);
  }
  if (error instanceof RangeError) return new YamlError('yaml: exceeded max depth');
  return error;
}

/** Aliased values are shared: they are written out, unless that would be a bomb. */
function unshare(document: unknown): unknown {
  const sizes = new Map<object, number>();
  const size = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    sizes.set(value, Infinity);
    let total = 1;
    for (const item of Object.values(value)) total += size(item);
    sizes.set(value, total);
    return total;
  };
  if (size(document) > MAX_EXPANDED_NODES) throw new YamlError('yaml: document contains excessive aliasing');
  return deepCopy(document);
}

/** What JSON has no form for. */
function checkValue(root: unknown): void {
  const seen = new Set<object>();
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new YamlError(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
    }
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    open.push(...(Object.values(value) as unknown[]));
  }
}
