/**
 * Amounts of resources, exact (k8s.io/apimachinery/pkg/api/resource.Quantity): a decimal `unscaled * 10^scale` that remembers the
 * family of its suffix. Immutable.
 */
import { canonicalText } from './quantity-format.ts';

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** A text that is no quantity; the message is upstream's. */
export class QuantityError extends Error {}

const SUFFIXES: Readonly<Record<string, readonly [base: 2 | 10, exponent: number]>> = {
  '': [10, 0], n: [10, -9], u: [10, -6], m: [10, -3], k: [10, 3], M: [10, 6], G: [10, 9], T: [10, 12], P: [10, 15], E: [10, 18],
  Ki: [2, 10], Mi: [2, 20], Gi: [2, 30], Ti: [2, 40], Pi: [2, 50], Ei: [2, 60],
}; // prettier-ignore

const WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_SUFFIX = "unable to parse quantity's suffix";
const WRONG_NUMBER = 'unable to parse numeric part of quantity';

const SHAPE = /^([+-]?)([0-9]*)(\.[0-9]*)?([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const INT64_MAX = 2n ** 63n - 1n;
const NANO = -9;
/** Digits upstream's int64 path takes; beyond, its decimal path does the work (and never keeps the text). */
const INT64_DIGITS = 18;
/** Beyond this many decimal places the exact integer is not built: no quantity anybody compares is near. */
const MAX_DIGITS = 5000;

export class Quantity {
  readonly unscaled: bigint;
  /** Decimal exponent. */
  readonly scale: number;
  readonly format: QuantityFormat;
  #text: string | undefined;

  constructor(unscaled: bigint, scale: number, format: QuantityFormat, text?: string) {
    this.unscaled = unscaled;
    this.scale = scale;
    this.format = format;
    this.#text = text;
  }

  static readonly ZERO = new Quantity(0n, 0, 'DecimalSI');

  /** Throws QuantityError. */
  static parse(text: string): Quantity {
    return parse(text);
  }

  static of(value: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(BigInt(value), 0, format);
  }

  static ofMilli(value: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(BigInt(value), -3, format);
  }

  isZero(): boolean {
    return this.unscaled === 0n;
  }

  sign(): -1 | 0 | 1 {
    return this.unscaled === 0n ? 0 : this.unscaled < 0n ? -1 : 1;
  }

  compare(other: Quantity): -1 | 0 | 1 {
    if (this.sign() !== other.sign()) return this.sign() < other.sign() ? -1 : 1;
    if (this.scale === other.scale) return order(this.unscaled, other.unscaled);
    if (this.unscaled === 0n) return 0;
    // Numbers of very different length are told apart without building powers of ten.
    const mine = digits(this.unscaled) + this.scale;
    const theirs = digits(other.unscaled) + other.scale;
    if (mine !== theirs) return mine < theirs === this.unscaled > 0n ? -1 : 1;
    const scale = Math.min(this.scale, other.scale);
    return order(this.unscaled * pow10(this.scale - scale), other.unscaled * pow10(other.scale - scale));
  }

  equals(other: Quantity): boolean {
    return this.compare(other) === 0;
  }

  /** A zero takes the other's family of suffixes. */
  add(other: Quantity): Quantity {
    const scale = Math.min(this.scale, other.scale);
    const sum = this.unscaled * pow10(this.scale - scale) + other.unscaled * pow10(other.scale - scale);
    return new Quantity(sum, scale, this.isZero() ? other.format : this.format);
  }

  sub(other: Quantity): Quantity {
    return this.add(new Quantity(-other.unscaled, other.scale, other.format));
  }

  negated(): Quantity {
    return new Quantity(-this.unscaled, this.scale, this.format);
  }

  mul(factor: number | bigint): Quantity {
    return new Quantity(this.unscaled * BigInt(factor), this.scale, this.format);
  }

  withFormat(format: QuantityFormat): Quantity {
    return new Quantity(this.unscaled, this.scale, format);
  }

  /** The value in units of 10^scale, rounded away from zero, exact. */
  scaledBig(scale: number): bigint {
    const shift = this.scale - scale;
    if (shift >= 0) return this.unscaled * pow10(shift);
    return divideAway(this.unscaled, -shift);
  }

  /** Whole units, rounded away from zero. As a number: exact up to 2^53. */
  value(): number {
    return Number(this.scaledBig(0));
  }

  /** Thousandths, rounded away from zero. */
  milliValue(): number {
    return Number(this.scaledBig(-3));
  }

  scaledValue(scale: number): number {
    return Number(this.scaledBig(scale));
  }

  /** Rounded away from zero to a multiple of 10^scale. */
  roundUp(scale: number): Quantity {
    return this.scale >= scale ? this : new Quantity(this.scaledBig(scale), scale, this.format);
  }

  /** True when a multiple of 10^scale holds the value exactly. */
  isExactAt(scale: number): boolean {
    return this.scale >= scale || this.scaledBig(scale) * pow10(scale - this.scale) === this.unscaled;
  }

  /** May lose precision. */
  toNumber(): number {
    return Number(this.unscaled) * 10 ** this.scale;
  }

  /** Canonical text, as it is stored and printed. */
  toString(): string {
    return (this.#text ??= canonicalText(this));
  }

  toJSON(): string {
    return this.toString();
  }
}

const order = (a: bigint, b: bigint): -1 | 0 | 1 => (a === b ? 0 : a < b ? -1 : 1);

function pow10(exponent: number): bigint {
  if (exponent > MAX_DIGITS) throw new QuantityError(`Cannot calculate with a quantity of more than ${MAX_DIGITS} digits`);
  return 10n ** BigInt(exponent);
}

function digits(value: bigint): number {
  return value.toString().length - (value < 0n ? 1 : 0);
}

/** value / 10^places, away from zero. */
function divideAway(value: bigint, places: number): bigint {
  if (value === 0n) return 0n;
  const sign = value < 0n ? -1n : 1n;
  if (places > digits(value)) return sign;
  const divisor = pow10(places);
  return value % divisor === 0n ? value / divisor : value / divisor + sign;
}

interface Parts {
  readonly negative: boolean;
  /** Without leading zeros, at least "0". */
  readonly whole: string;
  readonly fraction: string;
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

function parse(text: string): Quantity {
  if (text === '0') return new Quantity(0n, 0, 'DecimalSI', '0');
  const parts = split(text);
  const quick = parseQuick(text, parts);
  if (quick) return quick;
  const { negative, whole, fraction, base, exponent } = parts;
  let format = parts.format;
  let unscaled = BigInt(whole + fraction) * (base === 2 ? 2n ** BigInt(exponent) : 1n);
  let scale = -fraction.length + (base === 10 ? exponent : 0);
  if (scale < NANO) {
    unscaled = divideAway(unscaled, NANO - scale);
    scale = NANO;
  }
  let amount = new Quantity(unscaled, scale, format);
  if (format === 'BinarySI') {
    if (amount.compare(MAX_ALLOWED) > 0) amount = MAX_ALLOWED;
    // Less than one does not print as a multiple of 1024.
    if (amount.sign() > 0 && amount.compare(ONE) < 0) format = 'DecimalSI';
  }
  return new Quantity(negative ? -amount.unscaled : amount.unscaled, amount.scale, format);
}

const ONE = new Quantity(1n, 0, 'DecimalSI');
const MAX_ALLOWED = new Quantity(INT64_MAX, 0, 'BinarySI');

/**
 * Upstream's int64 path: it is what decides whether the text as written is kept, which shows (`1.500` prints as it came). Undefined
 * when upstream would take its decimal path.
 */
function parseQuick(text: string, { negative, whole, fraction, base, exponent, format }: Parts): Quantity | undefined {
  let factor = 1n;
  let precision: number;
  if (base === 10) precision = INT64_DIGITS - whole.length - fraction.length;
  else if (fraction === '') {
    factor = 2n ** BigInt(exponent);
    precision = 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1;
  } else return undefined;
  const scale = (base === 10 ? exponent : 0) - fraction.length;
  if (precision < 0 || scale < NANO) return undefined;
  const shifted = whole + fraction;
  const value = BigInt(shifted);
  const result = value * factor;
  if (result > INT64_MAX) return undefined;
  const keep =
    base === 2 ? exponent % 10 === 0 && (value & 7n) !== 0n : scale % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0');
  return new Quantity(negative ? -result : result, scale, format, keep ? text : undefined);
}

function split(text: string): Parts {
  const match = SHAPE.exec(text);
  if (text === '' || !match) throw new QuantityError(WRONG_FORMAT);
  const [, sign = '', integer = '', point = '', suffix = ''] = match;
  const whole = integer.replace(/^0+/, '') || '0';
  const fraction = point.slice(1);
  const known = Object.hasOwn(SUFFIXES, suffix) ? SUFFIXES[suffix] : undefined;
  if (known)
    return {
      negative: sign === '-',
      whole,
      fraction,
      base: known[0],
      exponent: known[1],
      format: known[0] === 2 ? 'BinarySI' : 'DecimalSI',
    };
  if (!/^[eE][+-]?[0-9]+$/.test(suffix)) throw new QuantityError(WRONG_SUFFIX);
  const exponent = Number(suffix.slice(1));
  // Upstream keeps 32 bits of the exponent; nothing sensible lies beyond.
  if (Math.abs(exponent) > 0x7fffffff) throw new QuantityError(WRONG_NUMBER);
  return { negative: sign === '-', whole, fraction, base: 10, exponent, format: 'DecimalExponent' };
}
