/** Schema facts of scheduling/v1; the notation is described in src/api/schema-text.ts. */
export default `
type PriorityClass kind
  metadata 1 meta/v1.ObjectMeta
  value 2 int32 emit zero=0
  globalDefault 3 bool
  description 4 string
  preemptionPolicy 5 *string enum=Never|PreemptLowerPriority
type PriorityClassList kind
  metadata 1 meta/v1.ListMeta
  items 2 []PriorityClass required untyped
`;
