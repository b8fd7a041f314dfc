/** Schema facts of storagemigration/v1beta1; the notation is described in src/api/schema-text.ts. */
export default `
type StorageVersionMigration kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 StorageVersionMigrationSpec zero={}
  status 3 StorageVersionMigrationStatus zero={}
type StorageVersionMigrationList kind
  metadata 1 meta/v1.ListMeta
  items 2 []StorageVersionMigration required untyped
type StorageVersionMigrationSpec
  resource 1 meta/v1.GroupResource required
type StorageVersionMigrationStatus
  conditions 1 []meta/v1.Condition map=type patch=merge
  resourceVersion 2 string
`;
