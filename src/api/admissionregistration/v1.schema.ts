/** Schema facts of admissionregistration/v1; the notation is described in src/api/schema-text.ts. */
export default `
type ApplyConfiguration
  expression 1 string
type AuditAnnotation
  key 1 string required
  valueExpression 2 string required
type ExpressionWarning
  fieldRef 2 string required
  warning 3 string required
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
type MutatingWebhook
  name 1 string required
  clientConfig 2 WebhookClientConfig required
  rules 3 []RuleWithOperations
  failurePolicy 4 *string enum=Fail|Ignore
  matchPolicy 9 *string enum=Equivalent|Exact
  namespaceSelector 5 *meta/v1.LabelSelector
  objectSelector 11 *meta/v1.LabelSelector
  sideEffects 6 *string required zero=null enum=None|NoneOnDryRun|Some|Unknown
  timeoutSeconds 7 *int32
  admissionReviewVersions 8 []string required
  reinvocationPolicy 10 *string enum=IfNeeded|Never
  matchConditions 12 []MatchCondition map=name patch=merge
type MutatingWebhookConfiguration kind
  metadata 1 meta/v1.ObjectMeta
  webhooks 2 []MutatingWebhook map=name patch=merge
type MutatingWebhookConfigurationList kind
  metadata 1 meta/v1.ListMeta
  items 2 []MutatingWebhookConfiguration required untyped
type Mutation
  patchType 2 string required enum=ApplyConfiguration|JSONPatch
  applyConfiguration 3 *ApplyConfiguration
  jsonPatch 4 *JSONPatch
type NamedRuleWithOperations atomic
  resourceNames 1 []string
  inline 2 RuleWithOperations ruleWithOperations
type ParamKind atomic
  apiVersion 1 string
  kind 2 string
type ParamRef atomic
  name 1 string
  namespace 2 string
  selector 3 *meta/v1.LabelSelector
  parameterNotFoundAction 4 *string
type Rule
  apiGroups 1 []string
  apiVersions 2 []string
  resources 3 []string
  scope 4 *string enum=*|Cluster|Namespaced
type RuleWithOperations
  operations 1 []string enum=*|CONNECT|CREATE|DELETE|UPDATE
  inline 2 Rule rule
type ServiceReference
  namespace 1 string required
  name 2 string required
  path 3 *string
  port 4 *int32
type TypeChecking
  expressionWarnings 1 []ExpressionWarning
type ValidatingAdmissionPolicy kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ValidatingAdmissionPolicySpec zero={}
  status 3 ValidatingAdmissionPolicyStatus zero={}
type ValidatingAdmissionPolicyBinding kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ValidatingAdmissionPolicyBindingSpec required
type ValidatingAdmissionPolicyBindingList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ValidatingAdmissionPolicyBinding required untyped
type ValidatingAdmissionPolicyBindingSpec
  policyName 1 string required omit zero=null
  paramRef 2 *ParamRef
  matchResources 3 *MatchResources
  validationActions 4 []string required omit set enum=Audit|Deny|Warn
type ValidatingAdmissionPolicyList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ValidatingAdmissionPolicy required untyped
type ValidatingAdmissionPolicySpec
  paramKind 1 *ParamKind
  matchConstraints 2 *MatchResources
  validations 3 []Validation
  failurePolicy 4 *string enum=Fail|Ignore
  auditAnnotations 5 []AuditAnnotation
  matchConditions 6 []MatchCondition map=name patch=merge
  variables 7 []Variable map=name patch=merge
type ValidatingAdmissionPolicyStatus
  observedGeneration 1 int64
  typeChecking 2 *TypeChecking
  conditions 3 []meta/v1.Condition map=type mergeKey=
type ValidatingWebhook
  name 1 string required
  clientConfig 2 WebhookClientConfig required
  rules 3 []RuleWithOperations
  failurePolicy 4 *string enum=Fail|Ignore
  matchPolicy 9 *string enum=Equivalent|Exact
  namespaceSelector 5 *meta/v1.LabelSelector
  objectSelector 10 *meta/v1.LabelSelector
  sideEffects 6 *string required zero=null enum=None|NoneOnDryRun|Some|Unknown
  timeoutSeconds 7 *int32
  admissionReviewVersions 8 []string required
  matchConditions 11 []MatchCondition map=name patch=merge
type ValidatingWebhookConfiguration kind
  metadata 1 meta/v1.ObjectMeta
  webhooks 2 []ValidatingWebhook map=name patch=merge
type ValidatingWebhookConfigurationList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ValidatingWebhookConfiguration required untyped
type Validation
  expression 1 string required
  message 2 string
  reason 3 *string
  messageExpression 4 string
type Variable atomic
  name 1 string required
  expression 2 string required
type WebhookClientConfig
  url 3 *string
  service 1 *ServiceReference
  caBundle 2 bytes
`;
