/** Texts that name indexes of a job: `0-3,7` (pkg/apis/batch/validation). */
import { goQuote } from '../../../../wire/json/go-text.ts';

/** A text that names no indexes; the message is upstream's. */
export class IndexesError extends Error {}

type Interval = readonly [first: number, last: number];

/** How many indexes the text names. Throws IndexesError. */
export function countIndexes(text: string, completions: number): number {
  if (text === '') return 0;
  let total = 0;
  let previous: number | undefined;
  for (const part of text.split(',')) {
    const [first, last] = parseInterval(part, completions);
    if (previous !== undefined && previous >= first)
      throw new IndexesError(`non-increasing order, previous: ${previous}, current: ${first}`);
    total += last - first + 1;
    previous = last;
  }
  return total;
}

/** The first index that both name; parts that mean nothing are passed over. */
export function overlap(a: string, b: string, completions: number): number | undefined {
  if (a === '' || b === '') return undefined;
  const [left, right] = [intervals(a, completions), intervals(b, completions)];
  let [i, j] = [0, 0];
  for (;;) {
    const [x, y] = [left[i], right[j]];
    if (!x || !y) return undefined;
    if (x[0] <= y[1] && y[0] <= x[1]) return Math.max(x[0], y[0]);
    if (x[0] <= y[0]) i++;
    else j++;
  }
}

function intervals(text: string, completions: number): Interval[] {
  return text.split(',').flatMap((part) => {
    try {
      return [parseInterval(part, completions)];
    } catch (error) {
      if (error instanceof IndexesError) return [];
      throw error;
    }
  });
}

function parseInterval(text: string, completions: number): Interval {
  const limits = text.split('-');
  if (limits.length > 2) {
    throw new IndexesError(
      `the fragment ${goQuote(text)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    );
  }
  const first = parseIndex(limits[0] ?? '', completions);
  if (limits.length === 1) return [first, first];
  const last = parseIndex(limits[1] ?? '', completions);
  if (first >= last) throw new IndexesError(`non-increasing order, previous: ${first}, current: ${last}`);
  return [first, last];
}

function parseIndex(text: string, completions: number): number {
  if (!/^[+-]?\d+$/.test(text)) throw new IndexesError(`cannot convert string to integer for index: ${goQuote(text)}`);
  const index = Number(text);
  if (index >= completions) throw new IndexesError(`too large index: ${goQuote(text)}`);
  return index;
}
