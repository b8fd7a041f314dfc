/** Operators of CEL on two values; throws CelError. Numbers of a custom resource's `number` field may come as int: they mix with doubles. */
import { int64, noOverload } from './functions.ts';
import { CelError, Duration, Timestamp, Uint } from './values.ts';

export type Operator = '+' | '-' | '*' | '/' | '%';

export function arithmetic(operator: Operator, a: unknown, b: unknown): unknown {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int64(integers(operator, a, b));
  if (a instanceof Uint && b instanceof Uint) return unsigned(operator, a.value, b.value);
  if (isReal(a) && isReal(b)) return doubles(operator, Number(a), Number(b));
  if (operator === '+') return add(a, b);
  if (operator === '-') return subtract(a, b);
  throw noOverload();
}

/** At least one of two is a double; the caller has handled two ints. */
function isReal(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function integers(operator: Operator, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      if (b === 0n) throw new CelError('division by zero');
      return a / b;
    case '%':
      if (b === 0n) throw new CelError('modulus by zero');
      return a % b;
  }
}

function unsigned(operator: Operator, a: bigint, b: bigint): Uint {
  return new Uint(integers(operator, a, b));
}

function doubles(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      throw noOverload();
  }
}

function add(a: unknown, b: unknown): unknown {
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])];
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.concat([a, b]);
  if (a instanceof Duration && b instanceof Duration) return new Duration(checkedDuration(a.nanos + b.nanos));
  if (a instanceof Timestamp && b instanceof Duration) return new Timestamp(checkedTimestamp(a.nanos + b.nanos));
  if (a instanceof Duration && b instanceof Timestamp) return new Timestamp(checkedTimestamp(a.nanos + b.nanos));
  throw noOverload();
}

function subtract(a: unknown, b: unknown): unknown {
  if (a instanceof Duration && b instanceof Duration) return new Duration(checkedDuration(a.nanos - b.nanos));
  if (a instanceof Timestamp && b instanceof Timestamp) return new Duration(checkedDuration(a.nanos - b.nanos));
  if (a instanceof Timestamp && b instanceof Duration) return new Timestamp(checkedTimestamp(a.nanos - b.nanos));
  throw noOverload();
}

/** From 0001-01-01T00:00:00Z up to the year 9999. */
export function checkedTimestamp(nanos: bigint): bigint {
  if (nanos < -62135596800_000000000n || nanos > 253402300799_999999999n) throw new CelError('timestamp overflow');
  return nanos;
}

export function checkedDuration(nanos: bigint): bigint {
  if (nanos > 9223372036854775807n || nanos < -9223372036854775808n) throw new CelError('integer overflow');
  return nanos;
}
