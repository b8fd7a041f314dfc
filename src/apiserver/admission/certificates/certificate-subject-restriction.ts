import type { CertificateSigningRequest } from '../../../api/certificates/v1.gen.ts';
import { errorMessage } from '../../../base/log.ts';
import { certificateRequestSubject } from '../../../wire/der/certificate-request.ts';
import { namesOf, ORGANIZATION, type NameAttribute } from '../../../wire/der/distinguished-name.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { denied, isFor } from '../attributes.ts';
import { onOperations } from '../operations.ts';

const SIGNER = 'kubernetes.io/kube-apiserver-client';

/** Nobody asks for a client certificate of system:masters. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: onOperations('CREATE'),
  async validate(a) {
    if (!isFor(a, 'certificates.k8s.io', 'certificatesigningrequests')) return;
    const { spec } = a.object as unknown as CertificateSigningRequest;
    if (spec?.signerName !== SIGNER) return;
    let subject: readonly NameAttribute[];
    try {
      subject = certificateRequestSubject(Buffer.from(spec.request, 'base64').toString('latin1'));
    } catch (error) {
      throw denied(a, `failed to parse CSR: ${errorMessage(error)}`);
    }
    if (namesOf(subject, ORGANIZATION).includes('system:masters'))
      throw denied(a, `use of ${SIGNER} signer with system:masters group is not allowed`);
  },
};
