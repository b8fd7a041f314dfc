/** Sets of completion indexes as ordered intervals, and their text in the status: `1,3-5,7` (pkg/controller/job/indexed_job_utils.go). */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** Ordered, disjoint, never adjacent. */
export type Intervals = readonly Interval[];

export function intervalsOf(indexes: Iterable<number>): Intervals {
  return merge(
    [],
    [...indexes].sort((a, b) => a - b).map((i) => ({ first: i, last: i })),
  );
}

export function merge(a: Intervals, b: Intervals): Intervals {
  const all = [...a, ...b].sort((x, y) => x.first - y.first);
  const out: { first: number; last: number }[] = [];
  for (const { first, last } of all) {
    const previous = out.at(-1);
    if (!previous || first > previous.last + 1) out.push({ first, last });
    else previous.last = Math.max(previous.last, last);
  }
  return out;
}

/** How many indexes there are. */
export function total(intervals: Intervals): number {
  return intervals.reduce((n, { first, last }) => n + last - first + 1, 0);
}

export function includes(intervals: Intervals, index: number): boolean {
  return intervals.some(({ first, last }) => first <= index && index <= last);
}

export function format(intervals: Intervals): string {
  return intervals.map(({ first, last }) => (last === first ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`)).join(',');
}

/** Indexes below `completions`; parts that are no numbers are left out. */
export function parse(text: string | undefined, completions: number): Intervals {
  const out: Interval[] = [];
  for (const part of (text ?? '').split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!match) continue;
    const first = Number(match[1]);
    if (first >= completions) break;
    out.push({ first, last: Math.min(Number(match[2] ?? match[1]), completions - 1) });
  }
  return merge([], out);
}

/** How many indexes of `a` are in `b`. */
export function overlap(a: Intervals, b: Intervals): number {
  let count = 0;
  for (const x of a) for (const y of b) count += Math.max(0, Math.min(x.last, y.last) - Math.max(x.first, y.first) + 1);
  return count;
}
