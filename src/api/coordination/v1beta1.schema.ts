/** Schema facts of coordination/v1beta1; the notation is described in src/api/schema-text.ts. */
export default `
type LeaseCandidate kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 LeaseCandidateSpec required
type LeaseCandidateList kind
  metadata 1 meta/v1.ListMeta
  items 2 []LeaseCandidate required untyped
type LeaseCandidateSpec
  leaseName 1 string required
  pingTime 2 *MicroTime
  renewTime 3 *MicroTime
  binaryVersion 4 string required
  emulationVersion 5 string
  strategy 6 string required omit zero=null
`;
