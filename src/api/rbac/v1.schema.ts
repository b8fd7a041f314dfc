/** Schema facts of rbac/v1; the notation is described in src/api/schema-text.ts. */
export default `
type AggregationRule
  clusterRoleSelectors 1 []meta/v1.LabelSelector
type ClusterRole kind
  metadata 1 meta/v1.ObjectMeta
  rules 2 []PolicyRule emit
  aggregationRule 3 *AggregationRule
type ClusterRoleBinding kind
  metadata 1 meta/v1.ObjectMeta
  subjects 2 []Subject
  roleRef 3 RoleRef required
type ClusterRoleBindingList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ClusterRoleBinding required untyped
type ClusterRoleList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ClusterRole required untyped
type PolicyRule
  verbs 1 []string required
  apiGroups 2 []string
  resources 3 []string
  resourceNames 4 []string
  nonResourceURLs 5 []string
type Role kind
  metadata 1 meta/v1.ObjectMeta
  rules 2 []PolicyRule emit
type RoleBinding kind
  metadata 1 meta/v1.ObjectMeta
  subjects 2 []Subject
  roleRef 3 RoleRef required
type RoleBindingList kind
  metadata 1 meta/v1.ListMeta
  items 2 []RoleBinding required untyped
type RoleList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Role required untyped
type RoleRef atomic
  apiGroup 1 string emit zero=""
  kind 2 string required
  name 3 string required
type Subject atomic
  kind 1 string required
  apiGroup 2 string
  name 3 string required
  namespace 4 string
`;
