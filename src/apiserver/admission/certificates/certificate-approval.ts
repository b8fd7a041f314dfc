import type { CertificateSigningRequest } from '../../../api/certificates/v1.gen.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { denied, isFor } from '../attributes.ts';
import { onOperations } from '../operations.ts';
import { mayUseSigner } from './signer-authorization.ts';

/** Approving a request takes the right to approve for its signer, not only to write the approval. */
export function certificateApproval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    handles: onOperations('UPDATE'),
    async validate(a) {
      if (!isFor(a, 'certificates.k8s.io', 'certificatesigningrequests', 'approval')) return;
      const signer = (a.oldObject as unknown as CertificateSigningRequest).spec?.signerName ?? '';
      if (!(await mayUseSigner(authorizer, a.user, 'approve', signer)))
        throw denied(a, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
    },
  };
}
