/** A unified diff with three lines of context, as Python's difflib (and upstream, which uses a port of it) cuts it. */
interface Block {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

interface Change {
  readonly kind: 'equal' | 'replace' | 'delete' | 'insert';
  readonly a1: number;
  readonly a2: number;
  readonly b1: number;
  readonly b2: number;
}

const CONTEXT = 3;
/** From this length on, lines that occur very often say nothing about where texts agree. */
const POPULAR_FROM = 200;

/** Empty when the texts are equal. */
export function unifiedDiff(before: string, after: string): string {
  const a = before.split('\n');
  const b = after.split('\n');
  let out = '';
  for (const group of grouped(changes(a, b))) {
    const [first, last] = [group[0], group.at(-1)];
    if (!first || !last) continue;
    out += `@@ -${range(first.a1, last.a2)} +${range(first.b1, last.b2)} @@\n`;
    for (const { kind, a1, a2, b1, b2 } of group) {
      if (kind === 'equal') for (const line of a.slice(a1, a2)) out += ` ${line}\n`;
      else {
        for (const line of a.slice(a1, a2)) out += `-${line}\n`;
        for (const line of b.slice(b1, b2)) out += `+${line}\n`;
      }
    }
  }
  return out;
}

function range(start: number, stop: number): string {
  const length = stop - start;
  if (length === 1) return String(start + 1);
  // An empty range is named by the line before it.
  return `${length === 0 ? start : start + 1},${length}`;
}

function changes(a: readonly string[], b: readonly string[]): Change[] {
  const out: Change[] = [];
  let [i, j] = [0, 0];
  for (const block of [...matchingBlocks(a, b), { a: a.length, b: b.length, size: 0 }]) {
    const kind = i < block.a ? (j < block.b ? 'replace' : 'delete') : j < block.b ? 'insert' : undefined;
    if (kind) out.push({ kind, a1: i, a2: block.a, b1: j, b2: block.b });
    [i, j] = [block.a + block.size, block.b + block.size];
    if (block.size > 0) out.push({ kind: 'equal', a1: block.a, a2: i, b1: block.b, b2: j });
  }
  return out;
}

function matchingBlocks(a: readonly string[], b: readonly string[]): Block[] {
  const places = placesOf(b);
  const found: Block[] = [];
  const search = (alo: number, ahi: number, blo: number, bhi: number): void => {
    const block = longestMatch(a, b, places, [alo, ahi, blo, bhi]);
    if (block.size === 0) return;
    if (alo < block.a && blo < block.b) search(alo, block.a, blo, block.b);
    found.push(block);
    if (block.a + block.size < ahi && block.b + block.size < bhi) search(block.a + block.size, ahi, block.b + block.size, bhi);
  };
  search(0, a.length, 0, b.length);
  return joined(found);
}

function joined(blocks: readonly Block[]): Block[] {
  const out: Block[] = [];
  for (const block of blocks) {
    const last = out.at(-1);
    if (last && last.a + last.size === block.a && last.b + last.size === block.b)
      out[out.length - 1] = { ...last, size: last.size + block.size };
    else out.push(block);
  }
  return out;
}

function placesOf(b: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  b.forEach((line, j) => {
    const known = places.get(line);
    if (known) known.push(j);
    else places.set(line, [j]);
  });
  if (b.length < POPULAR_FROM) return places;
  const limit = Math.floor(b.length / 100) + 1;
  for (const [line, at] of places) if (at.length > limit) places.delete(line);
  return places;
}

function longestMatch(
  a: readonly string[],
  b: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  [alo, ahi, blo, bhi]: readonly [number, number, number, number],
): Block {
  let best: Block = { a: alo, b: blo, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = alo; i < ahi; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] ?? '') ?? []) {
      if (j < blo) continue;
      if (j >= bhi) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  // Popular lines were left out of the search, but may extend what it found.
  let { a: i, b: j, size } = best;
  for (; i > alo && j > blo && a[i - 1] === b[j - 1]; size++) [i, j] = [i - 1, j - 1];
  while (i + size < ahi && j + size < bhi && a[i + size] === b[j + size]) size++;
  return { a: i, b: j, size };
}

function grouped(all: readonly Change[]): Change[][] {
  const codes = [...all];
  const [first, last] = [codes[0], codes.at(-1)];
  if (!first || !last || codes.every((c) => c.kind === 'equal')) return [];
  if (first.kind === 'equal')
    codes[0] = { ...first, a1: Math.max(first.a1, first.a2 - CONTEXT), b1: Math.max(first.b1, first.b2 - CONTEXT) };
  if (last.kind === 'equal')
    codes[codes.length - 1] = { ...last, a2: Math.min(last.a2, last.a1 + CONTEXT), b2: Math.min(last.b2, last.b1 + CONTEXT) };
  const groups: Change[][] = [];
  let group: Change[] = [];
  for (const code of codes) {
    let { a1, b1 } = code;
    const { kind, a2, b2 } = code;
    if (kind === 'equal' && a2 - a1 > 2 * CONTEXT) {
      group.push({ kind, a1, a2: Math.min(a2, a1 + CONTEXT), b1, b2: Math.min(b2, b1 + CONTEXT) });
      groups.push(group);
      group = [];
      [a1, b1] = [Math.max(a1, a2 - CONTEXT), Math.max(b1, b2 - CONTEXT)];
    }
    group.push({ kind, a1, a2, b1, b2 });
  }
  if (group.length > 0 && !(group.length === 1 && group[0]?.kind === 'equal')) groups.push(group);
  return groups;
}
