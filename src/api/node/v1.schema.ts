/** Schema facts of node/v1; the notation is described in src/api/schema-text.ts. */
export default `
type Overhead
  podFixed 1 map[]Quantity
type RuntimeClass kind
  metadata 1 meta/v1.ObjectMeta
  handler 2 string required
  overhead 3 *Overhead
  scheduling 4 *Scheduling
type RuntimeClassList kind
  metadata 1 meta/v1.ListMeta
  items 2 []RuntimeClass required untyped
type Scheduling
  nodeSelector 1 map[]string atomic
  tolerations 2 []core/v1.Toleration
`;
