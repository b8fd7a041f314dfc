import { forbidden } from '../../machinery/status-error.ts';
import type { AdmissionPlugin } from './admission.ts';

/** Changes and refuses nothing. */
export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit', handles: () => false };

/** Refuses everything. For tests. */
export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  handles: () => true,
  async admit(a) {
    throw forbidden(a.resource, a.name, 'admission control is denying all modifications');
  },
};
