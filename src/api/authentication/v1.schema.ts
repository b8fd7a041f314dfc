/** Schema facts of authentication/v1; the notation is described in src/api/schema-text.ts. */
export default `
type BoundObjectReference
  kind 1 string
  apiVersion 2 string
  name 3 string
  uid 4 string
type SelfSubjectReview kind
  metadata 1 meta/v1.ObjectMeta
  status 2 SelfSubjectReviewStatus zero={}
type SelfSubjectReviewStatus
  userInfo 1 UserInfo zero={}
type TokenRequest kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 TokenRequestSpec zero={}
  status 3 TokenRequestStatus zero={}
type TokenRequestSpec
  audiences 1 []string emit
  expirationSeconds 4 *int64 emit
  boundObjectRef 3 *BoundObjectReference emit
type TokenRequestStatus
  token 1 string emit zero=""
  expirationTimestamp 2 Time
type TokenReview kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 TokenReviewSpec required
  status 3 TokenReviewStatus zero={}
type TokenReviewSpec
  token 1 string required omit zero=null
  audiences 2 []string
type TokenReviewStatus
  authenticated 1 bool
  user 2 UserInfo zero={}
  audiences 4 []string
  error 3 string
type UserInfo
  username 1 string
  uid 2 string
  groups 3 []string
  extra 4 map[]StringList
`;
