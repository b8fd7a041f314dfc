import type { CertificateSigningRequest } from '../../../api/certificates/v1.gen.ts';
import type { ResourceSlice } from '../../../api/resource/v1.gen.ts';
import { errorMessage } from '../../../base/log.ts';
import { certificateRequestSubject } from '../../../wire/der/certificate-request.ts';
import { commonName } from '../../../wire/der/distinguished-name.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { denied } from '../attributes.ts';

const NODE_LEASES = 'kube-node-lease';
const NODE_SIGNERS = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet'];

export function checkLease(a: AdmissionAttributes, node: string): void {
  if (a.namespace !== NODE_LEASES) throw denied(a, `can only access leases in the ${JSON.stringify(NODE_LEASES)} system namespace`);
  if (targetName(a) !== node) throw denied(a, 'can only access node lease with the same name as the requesting node');
}

export function checkCsiNode(a: AdmissionAttributes, node: string): void {
  if (targetName(a) !== node) throw denied(a, 'can only access CSINode with the same name as the requesting node');
}

/** Updates are the node authorizer's matter. */
export function checkResourceSlice(a: AdmissionAttributes, node: string): void {
  const slice = (a.operation === 'CREATE' ? a.object : a.operation === 'DELETE' ? a.oldObject : undefined) as ResourceSlice | undefined;
  if (slice && slice.spec?.nodeName !== node) {
    throw denied(
      a,
      `can only ${a.operation === 'CREATE' ? 'create' : 'delete'} ResourceSlice with the same NodeName as the requesting node`,
    );
  }
}

/** A kubelet asks for certificates in its own node's name only. */
export function checkCertificateRequest(a: AdmissionAttributes, node: string): void {
  if (a.operation !== 'CREATE') return;
  const { spec } = a.object as unknown as CertificateSigningRequest;
  if (!NODE_SIGNERS.includes(spec?.signerName ?? '')) return;
  let name: string;
  try {
    name = commonName(certificateRequestSubject(Buffer.from(spec?.request ?? '', 'base64').toString('latin1')));
  } catch (error) {
    throw denied(a, `unable to parse csr: ${errorMessage(error)}`);
  }
  if (name !== `system:node:${node}`) throw denied(a, `can only create a node CSR with CN=system:node:${node}`);
}

/** The request of a create does not name the object: the object does. */
function targetName(a: AdmissionAttributes): string {
  return a.operation === 'CREATE' ? (a.object?.metadata.name ?? '') : a.name;
}
