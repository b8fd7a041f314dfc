import { isDeepStrictEqual } from 'node:util';
import type { CertificateSigningRequest } from '../../../api/certificates/v1.gen.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { denied, isFor } from '../attributes.ts';
import { onOperations } from '../operations.ts';
import { mayUseSigner } from './signer-authorization.ts';

/** Setting the certificate or conditions takes the right to sign for the request's signer. */
export function certificateSigning(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    handles: onOperations('UPDATE'),
    async validate(a) {
      if (!isFor(a, 'certificates.k8s.io', 'certificatesigningrequests', 'status')) return;
      const [csr, old] = [a.object as unknown as CertificateSigningRequest, a.oldObject as unknown as CertificateSigningRequest];
      const same =
        csr.status?.certificate === old.status?.certificate &&
        isDeepStrictEqual(csr.status?.conditions ?? [], old.status?.conditions ?? []);
      const signer = old.spec?.signerName ?? '';
      if (!same && !(await mayUseSigner(authorizer, a.user, 'sign', signer)))
        throw denied(a, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`);
    },
  };
}
