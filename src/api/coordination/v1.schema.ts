/** Schema facts of coordination/v1; the notation is described in src/api/schema-text.ts. */
export default `
type Lease kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 LeaseSpec zero={}
type LeaseList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Lease required untyped
type LeaseSpec
  holderIdentity 1 *string
  leaseDurationSeconds 2 *int32
  acquireTime 3 *MicroTime
  renewTime 4 *MicroTime
  leaseTransitions 5 *int32
  strategy 6 *string
  preferredHolder 7 *string
`;
