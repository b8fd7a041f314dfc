/** Schema facts of certificates/v1beta1; the notation is described in src/api/schema-text.ts. */
export default `
type ClusterTrustBundle kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ClusterTrustBundleSpec required
type ClusterTrustBundleList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ClusterTrustBundle required untyped
type ClusterTrustBundleSpec
  signerName 1 string
  trustBundle 2 string required
type PodCertificateRequest kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 PodCertificateRequestSpec required
  status 3 PodCertificateRequestStatus zero={}
type PodCertificateRequestList kind
  metadata 1 meta/v1.ListMeta
  items 2 []PodCertificateRequest required untyped
type PodCertificateRequestSpec
  signerName 1 string required
  podName 2 string required
  podUID 3 string required
  serviceAccountName 4 string required
  serviceAccountUID 5 string required
  nodeName 6 string required
  nodeUID 7 string required
  maxExpirationSeconds 8 *int32 default=86400
  pkixPublicKey 9 bytes emit
  proofOfPossession 10 bytes emit
  stubPKCS10Request 12 bytes required zero=null
  unverifiedUserAnnotations 11 map[]string
type PodCertificateRequestStatus
  conditions 1 []meta/v1.Condition map=type patch=merge
  certificateChain 2 string
  notBefore 4 *Time
  beginRefreshAt 5 *Time
  notAfter 6 *Time
`;
