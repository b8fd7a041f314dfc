/** Names under which upstream's controllers record events, where that is not the controller's own name. */
const SOURCES: Readonly<Record<string, string>> = {
  'disruption-controller': 'controllermanager',
  'endpoints-controller': 'endpoint-controller',
  'endpointslice-controller': 'endpoint-slice-controller',
  'endpointslice-mirroring-controller': 'endpoint-slice-mirroring-controller',
  'ephemeral-volume-controller': 'ephemeral_volume',
  'horizontal-pod-autoscaler-controller': 'horizontal-pod-autoscaler',
  'node-ipam-controller': 'cidrAllocator',
  'node-lifecycle-controller': 'node-controller',
  'persistentvolume-attach-detach-controller': 'attachdetach-controller',
  'persistentvolume-binder-controller': 'persistentvolume-controller',
  'persistentvolume-expander-controller': 'volume_expand',
  'replicationcontroller-controller': 'replication-controller',
  'resourceclaim-controller': 'resource_claim',
};

/** What `From` says in the events of a controller. */
export function eventSource(controller: string): string {
  return SOURCES[controller] ?? controller;
}
