/** Schema facts of certificates/v1alpha1; the notation is described in src/api/schema-text.ts. */
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
`;
