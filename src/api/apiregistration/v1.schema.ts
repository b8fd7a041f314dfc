/** Schema facts of apiregistration/v1; the notation is described in src/api/schema-text.ts. */
export default `
type APIService kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 APIServiceSpec zero={}
  status 3 APIServiceStatus zero={}
type APIServiceCondition
  type 1 string required
  status 2 string required
  lastTransitionTime 3 Time
  reason 4 string
  message 5 string
type APIServiceList kind
  metadata 1 meta/v1.ListMeta
  items 2 []APIService required untyped
type APIServiceSpec
  service 1 *ServiceReference
  group 2 string
  version 3 string
  insecureSkipTLSVerify 4 bool
  caBundle 5 bytes atomic
  groupPriorityMinimum 7 int32 required
  versionPriority 8 int32 required
type APIServiceStatus
  conditions 1 []APIServiceCondition map=type patch=merge
type ServiceReference
  namespace 1 string
  name 2 string
  port 3 *int32
`;
