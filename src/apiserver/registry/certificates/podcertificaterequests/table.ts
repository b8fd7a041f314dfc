import type { PodCertificateRequest } from '../../../../api/certificates/v1beta1.gen.ts';
import { column, formatLabels, NAME, tableOf } from '../../shared/table.ts';

export const podCertificateRequestTable = tableOf<PodCertificateRequest>(
  [
    NAME,
    column('PodName', 'string', 'podName is the name of the pod into which the certificate will be mounted.'),
    column('ServiceAccountName', 'string', 'serviceAccountName is the name of the service account the pod is running as.'),
    column('NodeName', 'string', 'nodeName is the name of the node the pod is assigned to.'),
    column(
      'SignerName',
      'string',
      'signerName indicates the requested signer.\n\nAll signer names beginning with `kubernetes.io` are reserved for use by the Kubernetes project.  There is currently one well-known signer documented by the Kubernetes project, `kubernetes.io/kube-apiserver-client-pod`, which will issue client certificates understood by kube-apiserver.  It is currently unimplemented.',
    ),
    column('State', 'string', 'Is the request Pending, Issued, Denied, or Failed?'),
    column(
      'UnverifiedUserAnnotations',
      'string',
      'unverifiedUserAnnotations allow pod authors to pass additional information to the signer implementation.  Kubernetes does not restrict or validate this metadata in any way.\n\nEntries are subject to the same validation as object metadata annotations, with the addition that all keys must be domain-prefixed. No restrictions are placed on values, except an overall size limitation on the entire field.\n\nSigners should document the keys and values they support.  Signers should deny requests that contain keys they do not recognize.',
    ),
  ],
  ({ metadata, spec, status }) => {
    const state = (status?.conditions ?? []).findLast((c) => ['Issued', 'Denied', 'Failed'].includes(c.type))?.type ?? 'Pending';
    return [
      metadata.name,
      spec.podName,
      spec.serviceAccountName,
      spec.nodeName,
      spec.signerName,
      state,
      formatLabels(spec.unverifiedUserAnnotations),
    ];
  },
);
