/** What a library of functions is: by name, for calls alone (`size(x)`, `math.greatest(1, 2)`) and on a target (`x.size()`: the target comes first). */
import { CelError } from './values.ts';

export interface CallContext {
  /** Adds to what the evaluation has cost; throws CelError above the limit. */
  charge(units: number): void;
}

export type CelFunction = (args: readonly unknown[], context: CallContext) => unknown;

export interface Library {
  readonly functions?: Readonly<Record<string, CelFunction>>;
  readonly methods?: Readonly<Record<string, CelFunction>>;
}

export const noOverload = (): CelError => new CelError('no such overload');

export function text(value: unknown): string {
  if (typeof value !== 'string') throw noOverload();
  return value;
}

export function integer(value: unknown): bigint {
  if (typeof value !== 'bigint') throw noOverload();
  return value;
}

/** An int that is used as an index or a count. */
export function index(value: unknown): number {
  return Number(integer(value));
}

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw noOverload();
  return value as unknown[];
}

const MAX = 9223372036854775807n;

export function int64(value: bigint): bigint {
  if (value > MAX || value < -MAX - 1n) throw new CelError('integer overflow');
  return value;
}
