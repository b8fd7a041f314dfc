/** Schema facts of policy/v1; the notation is described in src/api/schema-text.ts. */
export default `
type Eviction kind
  metadata 1 meta/v1.ObjectMeta
  deleteOptions 2 *meta/v1.DeleteOptions
type PodDisruptionBudget kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 PodDisruptionBudgetSpec zero={}
  status 3 PodDisruptionBudgetStatus zero={}
type PodDisruptionBudgetList kind
  metadata 1 meta/v1.ListMeta
  items 2 []PodDisruptionBudget required untyped
type PodDisruptionBudgetSpec
  minAvailable 1 *IntOrString
  selector 2 *meta/v1.LabelSelector patch=replace
  maxUnavailable 3 *IntOrString
  unhealthyPodEvictionPolicy 4 *string enum=AlwaysAllow|IfHealthyBudget
type PodDisruptionBudgetStatus
  observedGeneration 1 int64
  disruptedPods 2 map[]Time
  disruptionsAllowed 3 int32 emit zero=0
  currentHealthy 4 int32 emit zero=0
  desiredHealthy 5 int32 emit zero=0
  expectedPods 6 int32 emit zero=0
  conditions 7 []meta/v1.Condition map=type patch=merge
`;
