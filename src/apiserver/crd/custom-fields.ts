/** Ownership of fields for custom resources. */
import { StatusError } from '../../machinery/status-error.ts';
import type { FieldManagement } from '../served-resource.ts';

export const customFields: FieldManagement = {
  track: (_live, next) => next,
  apply: () => {
    throw new StatusError({ message: 'server-side apply of custom resources is not built yet', reason: 'NotImplemented', code: 501 });
  },
};
