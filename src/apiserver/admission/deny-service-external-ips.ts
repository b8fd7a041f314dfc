import type { Service } from '../../api/core/v1.gen.ts';
import type { AdmissionPlugin } from './admission.ts';
import { denied, isFor } from './attributes.ts';
import { onOperations } from './operations.ts';

/** Refuses new external IPs of Services (CVE-2020-8554): who may write a Service could catch others' traffic with them. Off by default. */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  handles: onOperations('CREATE', 'UPDATE'),
  async validate(a) {
    if (!isFor(a, '', 'services')) return;
    const had = new Set((a.oldObject as unknown as Service | undefined)?.spec?.externalIPs);
    const wants = (a.object as unknown as Service).spec?.externalIPs ?? [];
    if (wants.some((ip) => !had.has(ip))) throw denied(a, 'Use of external IPs is denied by admission control');
  },
};
