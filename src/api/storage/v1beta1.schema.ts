/** Schema facts of storage/v1beta1; the notation is described in src/api/schema-text.ts. */
export default `
type VolumeAttributesClass kind
  metadata 1 meta/v1.ObjectMeta
  driverName 2 string required
  parameters 3 map[]string
type VolumeAttributesClassList kind
  metadata 1 meta/v1.ListMeta
  items 2 []VolumeAttributesClass required untyped
`;
