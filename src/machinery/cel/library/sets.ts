/** Lists as sets (cel-go's Sets). */
import { list, type CallContext, type Library } from '../functions.ts';
import { equal } from '../values.ts';

function containsAll(all: readonly unknown[], some: readonly unknown[], context: CallContext): boolean {
  context.charge(all.length * some.length);
  return some.every((wanted) => all.some((item) => equal(item, wanted)));
}

export const sets: Library = {
  functions: {
    'sets.contains': ([a, b], context) => containsAll(list(a), list(b), context),
    'sets.equivalent': ([a, b], context) => containsAll(list(a), list(b), context) && containsAll(list(b), list(a), context),
    'sets.intersects': ([a, b], context) => {
      context.charge(list(a).length * list(b).length);
      return list(a).some((item) => list(b).some((other) => equal(item, other)));
    },
  },
};
