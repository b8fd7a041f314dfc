/** Lists of Kubernetes (isSorted, sum, min, max, indexOf, lastIndexOf) and of cel-go (flatten, sort, distinct, slice, range, first, last). */
import { arithmetic } from '../arithmetic.ts';
import { index, list, type CelFunction, type Library } from '../functions.ts';
import { CelError, compare, equal, Optional } from '../values.ts';
import { strings } from './strings.ts';

function flatten(items: readonly unknown[], depth: number): unknown[] {
  return items.flatMap((item) => (Array.isArray(item) && depth > 0 ? flatten(item as unknown[], depth - 1) : [item]));
}

function extreme(items: readonly unknown[], sign: number, name: string): unknown {
  if (items.length === 0) throw new CelError(`${name} called on empty list`);
  return items.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
}

function sum(items: readonly unknown[]): unknown {
  if (items.length === 0) return 0n;
  return items.reduce((total, item) => arithmetic('+', total, item));
}

function slice(items: readonly unknown[], from: number, to: number): unknown[] {
  if (from < 0 || to < 0 || from > to || to > items.length)
    throw new CelError(`cannot slice(${from}, ${to}), list is length ${items.length}`);
  return items.slice(from, to);
}

/** The function of this name on text, when it is not a list. */
const orText =
  (name: 'indexOf' | 'lastIndexOf', ofList: (items: readonly unknown[], wanted: unknown) => number): CelFunction =>
  (args, context) =>
    Array.isArray(args[0]) ? BigInt(ofList(list(args[0]), args[1])) : strings.methods?.[name]?.(args, context);

export const lists: Library = {
  functions: { 'lists.range': ([n]) => Array.from({ length: index(n) }, (_, i) => BigInt(i)) },
  methods: {
    isSorted: ([v]) => list(v).every((item, i, all) => i === 0 || compare(all[i - 1], item) <= 0),
    sum: ([v]) => sum(list(v)),
    min: ([v]) => extreme(list(v), -1, 'min'),
    max: ([v]) => extreme(list(v), 1, 'max'),
    indexOf: orText('indexOf', (items, wanted) => items.findIndex((item) => equal(item, wanted))),
    lastIndexOf: orText('lastIndexOf', (items, wanted) => items.findLastIndex((item) => equal(item, wanted))),
    flatten: ([v, depth]) => flatten(list(v), depth === undefined ? 1 : index(depth)),
    sort: ([v]) => list(v).toSorted(compare),
    distinct: ([v]) => list(v).filter((item, i, all) => all.findIndex((other) => equal(other, item)) === i),
    slice: ([v, from, to]) => slice(list(v), index(from), index(to)),
    first: ([v]) => (list(v).length > 0 ? new Optional(list(v)[0]) : Optional.NONE),
    last: ([v]) => (list(v).length > 0 ? new Optional(list(v).at(-1)) : Optional.NONE),
  },
};
