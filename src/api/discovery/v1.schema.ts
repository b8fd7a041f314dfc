/** Schema facts of discovery/v1; the notation is described in src/api/schema-text.ts. */
export default `
type Endpoint
  addresses 1 []string required set
  conditions 2 EndpointConditions zero={}
  hostname 3 *string
  targetRef 4 *core/v1.ObjectReference
  deprecatedTopology 5 map[]string
  nodeName 6 *string
  zone 7 *string
  hints 8 *EndpointHints
type EndpointConditions
  ready 1 *bool
  serving 2 *bool
  terminating 3 *bool
type EndpointHints
  forZones 1 []ForZone
  forNodes 2 []ForNode
type EndpointPort atomic
  name 1 *string
  protocol 2 *string enum=SCTP|TCP|UDP
  port 3 *int32
  appProtocol 4 *string
type EndpointSlice kind
  metadata 1 meta/v1.ObjectMeta
  addressType 4 string required enum=FQDN|IPv4|IPv6
  endpoints 2 []Endpoint emit
  ports 3 []EndpointPort emit
type EndpointSliceList kind
  metadata 1 meta/v1.ListMeta
  items 2 []EndpointSlice required untyped
type ForNode
  name 1 string required
type ForZone
  name 1 string required
`;
