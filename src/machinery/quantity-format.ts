/** The canonical text of a quantity: no fraction, the largest suffix that loses nothing (Quantity.CanonicalizeBytes). */
interface Amount {
  readonly unscaled: bigint;
  readonly scale: number;
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
}

const DECIMAL: Readonly<Record<number, string>> = {
  [-9]: 'n',
  [-6]: 'u',
  [-3]: 'm',
  0: '',
  3: 'k',
  6: 'M',
  9: 'G',
  12: 'T',
  15: 'P',
  18: 'E',
};
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** Digits after which an exact integer is no longer built for printing with a binary suffix. */
const MAX_BINARY_SCALE = 400;

export function canonicalText(amount: Amount): string {
  if (amount.unscaled === 0n) return '0';
  if (amount.format === 'BinarySI') {
    const whole = asInteger(amount);
    // Between -1024 and 1024, and where a fraction would be lost, it prints as a decimal.
    if (whole !== undefined && (whole >= 1024n || whole <= -1024n)) return binaryText(whole);
  }
  return decimalText(amount);
}

function asInteger({ unscaled, scale }: Amount): bigint | undefined {
  if (scale >= 0) return scale > MAX_BINARY_SCALE ? undefined : unscaled * 10n ** BigInt(scale);
  const divisor = 10n ** BigInt(-scale);
  return unscaled % divisor === 0n ? unscaled / divisor : undefined;
}

function binaryText(value: bigint): string {
  let times = 0;
  let rest = value;
  while (rest % 1024n === 0n) {
    rest /= 1024n;
    times++;
  }
  return `${rest}${BINARY[times] ?? ''}`;
}

function decimalText({ unscaled, scale, format }: Amount): string {
  let exponent = scale;
  let rest = unscaled;
  while (rest % 10n === 0n) {
    rest /= 10n;
    exponent++;
  }
  while (exponent % 3 !== 0) {
    rest *= 10n;
    exponent--;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${rest}` : `${rest}e${exponent}`;
  // Beyond the last suffix upstream prints none; a number nobody can mean.
  return `${rest}${DECIMAL[exponent] ?? ''}`;
}
