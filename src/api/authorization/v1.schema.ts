/** Schema facts of authorization/v1; the notation is described in src/api/schema-text.ts. */
export default `
type FieldSelectorAttributes
  rawSelector 1 string
  requirements 2 []meta/v1.FieldSelectorRequirement
type LabelSelectorAttributes
  rawSelector 1 string
  requirements 2 []meta/v1.LabelSelectorRequirement
type LocalSubjectAccessReview kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 SubjectAccessReviewSpec required
  status 3 SubjectAccessReviewStatus zero={}
type NonResourceAttributes
  path 1 string
  verb 2 string
type NonResourceRule
  verbs 1 []string required
  nonResourceURLs 2 []string
type ResourceAttributes
  namespace 1 string
  verb 2 string
  group 3 string
  version 4 string
  resource 5 string
  subresource 6 string
  name 7 string
  fieldSelector 8 *FieldSelectorAttributes
  labelSelector 9 *LabelSelectorAttributes
type ResourceRule
  verbs 1 []string required
  apiGroups 2 []string
  resources 3 []string
  resourceNames 4 []string
type SelfSubjectAccessReview kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 SelfSubjectAccessReviewSpec required
  status 3 SubjectAccessReviewStatus zero={}
type SelfSubjectAccessReviewSpec
  resourceAttributes 1 *ResourceAttributes
  nonResourceAttributes 2 *NonResourceAttributes
type SelfSubjectRulesReview kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 SelfSubjectRulesReviewSpec required
  status 3 SubjectRulesReviewStatus zero={}
type SelfSubjectRulesReviewSpec
  namespace 1 string
type SubjectAccessReview kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 SubjectAccessReviewSpec required
  status 3 SubjectAccessReviewStatus zero={}
type SubjectAccessReviewSpec
  resourceAttributes 1 *ResourceAttributes
  nonResourceAttributes 2 *NonResourceAttributes
  user 3 string
  groups 4 []string
  extra 5 map[]StringList
  uid 6 string
type SubjectAccessReviewStatus
  allowed 1 bool required
  denied 4 bool
  reason 2 string
  evaluationError 3 string
type SubjectRulesReviewStatus
  resourceRules 1 []ResourceRule required
  nonResourceRules 2 []NonResourceRule required
  incomplete 3 bool required
  evaluationError 4 string
`;
