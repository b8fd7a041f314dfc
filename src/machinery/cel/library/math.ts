/** cel-go's Math. */
import { int64, integer, list, noOverload, type Library } from '../functions.ts';
import { CelError, compare, Uint } from '../values.ts';

function extreme(args: readonly unknown[], sign: number): unknown {
  const items = args.length === 1 && Array.isArray(args[0]) ? list(args[0]) : args;
  if (items.length === 0) throw noOverload();
  return items.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
}

function double(v: unknown): number {
  if (typeof v !== 'number') throw noOverload();
  return v;
}

function roundAway(v: number): number {
  return Math.sign(v) * Math.round(Math.abs(v));
}

function abs(v: unknown): unknown {
  if (v instanceof Uint) return v;
  if (typeof v === 'bigint') return int64(v < 0n ? -v : v);
  return Math.abs(double(v));
}

function sign(v: unknown): unknown {
  if (v instanceof Uint) return new Uint(v.value > 0n ? 1n : 0n);
  if (typeof v === 'bigint') return v > 0n ? 1n : v < 0n ? -1n : 0n;
  return Math.sign(double(v));
}

const bits =
  (operation: (a: bigint, b: bigint) => bigint) =>
  ([a, b]: readonly unknown[]) => {
    if (a instanceof Uint && b instanceof Uint) return new Uint(BigInt.asUintN(64, operation(a.value, b.value)));
    return BigInt.asIntN(64, operation(integer(a), integer(b)));
  };

function shift(a: unknown, by: unknown, left: boolean): unknown {
  const count = integer(by);
  if (count < 0n) throw new CelError(`math.${left ? 'bitShiftLeft' : 'bitShiftRight'}() negative offset: ${count}`);
  const value = a instanceof Uint ? a.value : integer(a);
  const result = count >= 64n ? 0n : left ? value << count : BigInt.asUintN(64, value) >> count;
  return a instanceof Uint ? new Uint(BigInt.asUintN(64, result)) : BigInt.asIntN(64, result);
}

export const math: Library = {
  functions: {
    'math.greatest': (args) => extreme(args, 1),
    'math.least': (args) => extreme(args, -1),
    'math.ceil': ([v]) => Math.ceil(double(v)),
    'math.floor': ([v]) => Math.floor(double(v)),
    'math.round': ([v]) => roundAway(double(v)),
    'math.trunc': ([v]) => Math.trunc(double(v)),
    'math.abs': ([v]) => abs(v),
    'math.sign': ([v]) => sign(v),
    'math.isNaN': ([v]) => Number.isNaN(double(v)),
    'math.isInf': ([v]) => Math.abs(double(v)) === Infinity,
    'math.isFinite': ([v]) => Number.isFinite(double(v)),
    'math.sqrt': ([v]) => Math.sqrt(v instanceof Uint ? Number(v.value) : Number(v)),
    'math.bitAnd': bits((a, b) => a & b),
    'math.bitOr': bits((a, b) => a | b),
    'math.bitXor': bits((a, b) => a ^ b),
    'math.bitNot': ([v]) => (v instanceof Uint ? new Uint(BigInt.asUintN(64, ~v.value)) : ~integer(v)),
    'math.bitShiftLeft': ([a, b]) => shift(a, b, true),
    'math.bitShiftRight': ([a, b]) => shift(a, b, false),
  },
};
