/** Schema facts of admissionregistration/v1alpha1; the notation is described in src/api/schema-text.ts. */
export default `
type ApplyConfiguration
  expression 1 string
type JSONPatch
  expression 1 string
type MatchCondition
  name 1 string required
  expression 2 string required
type MatchResources atomic
  namespaceSelector 1 *meta/v1.LabelSelector
  objectSelector 2 *meta/v1.LabelSelector
  resourceRules 3 []NamedRuleWithOperations
  excludeResourceRules 4 []NamedRuleWithOperations
  matchPolicy 7 *string enum=Equivalent|Exact
type MutatingAdmissionPolicy kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 MutatingAdmissionPolicySpec zero={}
type MutatingAdmissionPolicyBinding kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 MutatingAdmissionPolicyBindingSpec zero={}
type MutatingAdmissionPolicyBindingList kind
  metadata 1 meta/v1.ListMeta
  items 2 []MutatingAdmissionPolicyBinding required untyped
type MutatingAdmissionPolicyBindingSpec
  policyName 1 string
  paramRef 2 *ParamRef
  matchResources 3 *MatchResources
type MutatingAdmissionPolicyList kind
  metadata 1 meta/v1.ListMeta
  items 2 []MutatingAdmissionPolicy required untyped
type MutatingAdmissionPolicySpec
  paramKind 1 *ParamKind
  matchConstraints 2 *MatchResources
  variables 3 []Variable
  mutations 4 []Mutation
  failurePolicy 5 *string enum=Fail|Ignore
  matchConditions 6 []MatchCondition map=name patch=merge
  reinvocationPolicy 7 string enum=IfNeeded|Never
type Mutation
  patchType 2 string required enum=ApplyConfiguration|JSONPatch
  applyConfiguration 3 *ApplyConfiguration
  jsonPatch 4 *JSONPatch
type NamedRuleWithOperations atomic
  resourceNames 1 []string
  inline 2 admissionregistration/v1.RuleWithOperations ruleWithOperations
type ParamKind atomic
  apiVersion 1 string
  kind 2 string
type ParamRef atomic
  name 1 string
  namespace 2 string
  selector 3 *meta/v1.LabelSelector
  parameterNotFoundAction 4 *string enum=Allow|Deny
type Variable
  name 1 string required
  expression 2 string required
`;
