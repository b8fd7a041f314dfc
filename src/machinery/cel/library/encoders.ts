/** cel-go's base64, and Kubernetes' escaping of JSON pointers. */
import { noOverload, text, type Library } from '../functions.ts';

export const encoders: Library = {
  functions: {
    'base64.encode': ([v]) => {
      if (!(v instanceof Uint8Array)) throw noOverload();
      return Buffer.from(v).toString('base64');
    },
    'base64.decode': ([v]) => Buffer.from(text(v), 'base64'),
    'jsonpatch.escapeKey': ([v]) => text(v).replaceAll('~', '~0').replaceAll('/', '~1'),
  },
};
