/** Schema facts of networking/v1; the notation is described in src/api/schema-text.ts. */
export default `
type HTTPIngressPath
  path 1 string
  pathType 3 *string required zero=null enum=Exact|ImplementationSpecific|Prefix
  backend 2 IngressBackend required
type HTTPIngressRuleValue
  paths 1 []HTTPIngressPath required
type IPAddress kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 IPAddressSpec required
type IPAddressList kind
  metadata 1 meta/v1.ListMeta
  items 2 []IPAddress required untyped
type IPAddressSpec
  parentRef 1 *ParentReference required omit zero=null
type IPBlock
  cidr 1 string required
  except 2 []string
type Ingress kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 IngressSpec zero={}
  status 3 IngressStatus zero={}
type IngressBackend
  service 4 *IngressServiceBackend
  resource 3 *core/v1.TypedLocalObjectReference
type IngressClass kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 IngressClassSpec zero={}
type IngressClassList kind
  metadata 1 meta/v1.ListMeta
  items 2 []IngressClass required untyped
type IngressClassParametersReference
  apiGroup 1 *string
  kind 2 string required
  name 3 string required
  scope 4 *string emit
  namespace 5 *string
type IngressClassSpec
  controller 1 string
  parameters 2 *IngressClassParametersReference
type IngressList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Ingress required untyped
type IngressLoadBalancerIngress
  ip 1 string
  hostname 2 string
  ports 4 []IngressPortStatus
type IngressLoadBalancerStatus
  ingress 1 []IngressLoadBalancerIngress
type IngressPortStatus
  port 1 int32 required
  protocol 2 string required enum=SCTP|TCP|UDP
  error 3 *string
type IngressRule
  host 1 string
  inline 2 IngressRuleValue ingressRuleValue
type IngressRuleValue
  http 1 *HTTPIngressRuleValue
type IngressServiceBackend
  name 1 string required
  port 2 ServiceBackendPort zero={}
type IngressSpec
  ingressClassName 4 *string
  defaultBackend 1 *IngressBackend
  tls 2 []IngressTLS
  rules 3 []IngressRule
type IngressStatus
  loadBalancer 1 IngressLoadBalancerStatus zero={}
type IngressTLS
  hosts 1 []string
  secretName 2 string
type NetworkPolicy kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 NetworkPolicySpec zero={}
type NetworkPolicyEgressRule
  ports 1 []NetworkPolicyPort
  to 2 []NetworkPolicyPeer
type NetworkPolicyIngressRule
  ports 1 []NetworkPolicyPort
  from 2 []NetworkPolicyPeer
type NetworkPolicyList kind
  metadata 1 meta/v1.ListMeta
  items 2 []NetworkPolicy required untyped
type NetworkPolicyPeer
  podSelector 1 *meta/v1.LabelSelector
  namespaceSelector 2 *meta/v1.LabelSelector
  ipBlock 3 *IPBlock
type NetworkPolicyPort
  protocol 1 *string enum=SCTP|TCP|UDP
  port 2 *IntOrString
  endPort 3 *int32
type NetworkPolicySpec
  podSelector 1 meta/v1.LabelSelector zero={}
  ingress 2 []NetworkPolicyIngressRule
  egress 3 []NetworkPolicyEgressRule
  policyTypes 4 []string enum=Egress|Ingress
type ParentReference
  group 1 string
  resource 2 string required omit zero=null
  namespace 3 string
  name 4 string required omit zero=null
type ServiceBackendPort atomic
  name 1 string
  number 2 int32
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
