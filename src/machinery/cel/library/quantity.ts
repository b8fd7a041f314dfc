/** Kubernetes' quantities. */
import { Quantity } from '../../quantity.ts';
import { noOverload, text, type CelFunction, type Library } from '../functions.ts';
import { CelError, Opaque } from '../values.ts';

function parse(value: string): Quantity | undefined {
  try {
    return Quantity.parse(value);
  } catch {
    // Only texts that are no quantities throw.
    return undefined;
  }
}

function quantity(v: unknown): Quantity {
  if (!(v instanceof Opaque) || !(v.value instanceof Quantity)) throw noOverload();
  return v.value;
}

function wrap(value: Quantity): Opaque {
  return new Opaque('kubernetes.Quantity', value, value.toString());
}

const whole = (q: Quantity): boolean => q.scaledBig(0) * 10n ** 9n === q.scaledBig(-9);
const operand = (v: unknown): Quantity => (typeof v === 'bigint' ? Quantity.of(v) : quantity(v));

/** compareTo, isLessThan, isGreaterThan are shared with semantic versions and CIDRs: undefined means it is not ours. */
export const quantities: Library = {
  functions: {
    isQuantity: ([v]) => parse(text(v)) !== undefined,
    quantity: ([v]) => {
      const parsed = parse(text(v));
      if (!parsed) throw new CelError(`quantity parse error: ${text(v)}`);
      return wrap(parsed);
    },
  },
  methods: {
    isInteger: ([v]) => whole(quantity(v)),
    asInteger: ([v]) => {
      if (!whole(quantity(v))) throw new CelError('cannot convert value to integer');
      return quantity(v).scaledBig(0);
    },
    asApproximateFloat: ([v]) => Number(`${quantity(v).unscaled}e${quantity(v).scale}`),
    sign: ([v]) => BigInt(quantity(v).sign()),
    add: ([v, other]) => wrap(quantity(v).add(operand(other))),
    sub: ([v, other]) => wrap(quantity(v).sub(operand(other))),
  },
};

export const compareQuantities: CelFunction = ([v, other]) => BigInt(quantity(v).compare(quantity(other)));
