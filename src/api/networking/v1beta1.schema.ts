/** Schema facts of networking/v1beta1; the notation is described in src/api/schema-text.ts. */
export default `
type IPAddress kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 IPAddressSpec required
type IPAddressList kind
  metadata 1 meta/v1.ListMeta
  items 2 []IPAddress required untyped
type IPAddressSpec
  parentRef 1 *ParentReference required omit zero=null
type ParentReference
  group 1 string
  resource 2 string required omit zero=null
  namespace 3 string
  name 4 string required omit zero=null
type ServiceCIDR kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ServiceCIDRSpec zero={}
  status 3 ServiceCIDRStatus zero={}
type ServiceCIDRList kind
  metadata 1 meta/v1.ListMeta
  items 2 []ServiceCIDR required untyped
type ServiceCIDRSpec
  cidrs 1 []string
type ServiceCIDRStatus
  conditions 1 []meta/v1.Condition map=type patch=merge
`;
