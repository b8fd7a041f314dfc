/** Schema facts of apiserverinternal/v1alpha1; the notation is described in src/api/schema-text.ts. */
export default `
type ServerStorageVersion
  apiServerID 1 string required omit zero=null
  encodingVersion 2 string required omit zero=null
  decodableVersions 3 []string required omit set
  servedVersions 4 []string set
type StorageVersion kind
  metadata 1 meta/v1.ObjectMeta required
  spec 2 StorageVersionSpec zero={}
  status 3 StorageVersionStatus zero={}
type StorageVersionCondition
  type 1 string required
  status 2 string required
  observedGeneration 3 int64
  lastTransitionTime 4 Time
  reason 5 string required
  message 6 string required omit zero=null
type StorageVersionList kind
  metadata 1 meta/v1.ListMeta
  items 2 []StorageVersion required untyped
type StorageVersionSpec
type StorageVersionStatus
  storageVersions 1 []ServerStorageVersion map=apiServerID mergeKey=
  commonEncodingVersion 2 *string
  conditions 3 []StorageVersionCondition map=type mergeKey=
`;
