/** Optional values (cel-go's OptionalTypes). */
import { list, noOverload, type Library } from '../functions.ts';
import { CelError, isMap, keysOf, Optional } from '../values.ts';

function optional(v: unknown): Optional {
  if (!(v instanceof Optional)) throw noOverload();
  return v;
}

function isZero(v: unknown): boolean {
  if (v === null || v === false || v === '' || v === 0n || v === 0) return true;
  if (Array.isArray(v) || v instanceof Uint8Array) return v.length === 0;
  return isMap(v) && keysOf(v).length === 0;
}

export const optionals: Library = {
  functions: {
    'optional.of': ([v]) => new Optional(v),
    'optional.none': () => Optional.NONE,
    'optional.ofNonZeroValue': ([v]) => (isZero(v) ? Optional.NONE : new Optional(v)),
    'optional.unwrap': ([v]) =>
      list(v)
        .map(optional)
        .filter((o) => o.present)
        .map((o) => o.value),
  },
  methods: {
    hasValue: ([v]) => optional(v).present,
    value: ([v]) => {
      if (!optional(v).present) throw new CelError('optional.none() dereference');
      return optional(v).value;
    },
    orValue: ([v, other]) => (optional(v).present ? optional(v).value : other),
    or: ([v, other]) => (optional(v).present ? v : optional(other)),
    unwrapOpt: ([v]) =>
      list(v)
        .map(optional)
        .filter((o) => o.present)
        .map((o) => o.value),
  },
};
