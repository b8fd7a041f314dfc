import { persistentVolumeClaims, persistentVolumes } from '../../client/resources.ts';
import { systemMounter } from '../../host/mounts.ts';
import { Quantity } from '../../machinery/quantity.ts';
import type { CsiVolumes } from '../csi/csi-volumes.ts';
import { VolumeManager } from '../volumes/volume-manager.ts';
import type { ApiObjects } from './api-objects.ts';
import type { Foundation } from './foundation.ts';

export function podVolumes({ settings, events, paths, resources, late }: Foundation, objects: ApiObjects, csi: CsiVolumes): VolumeManager {
  const { client, clock, log } = settings;
  const volumes = new VolumeManager({
    log,
    event: (pod, type, reason, message) => events.pod(pod, type, reason, message),
    deps: {
      mounter: systemMounter,
      clock,
      paths,
      csi,
      allocatableMemory: Quantity.parse(resources.allocatable['memory'] ?? '0').value(),
      nodeLabels: () => objects.thisNode()?.metadata.labels ?? settings.nodeLabels,
      claim: (namespace, name) => client.resource(persistentVolumeClaims).get(name, { namespace }),
      async claimResized({ metadata: { name, namespace }, status }, capacity) {
        const conditions = (status.conditions ?? []).filter((c) => c.type === 'FileSystemResizePending' || c.type === 'Resizing');
        const body = {
          status: {
            capacity: { storage: capacity },
            allocatedResourceStatuses: null,
            conditions: conditions.map(({ type }) => ({ $patch: 'delete', type })),
          },
        };
        await client.resource(persistentVolumeClaims).patch(name, 'strategic', body, { namespace, subresource: 'status' });
      },
      persistentVolume: (name) => client.resource(persistentVolumes).get(name),
      sources: {
        configMap: objects.configMap,
        secret: objects.secret,
        token: (pod, audience, seconds) => objects.tokens.get(pod, audience, seconds),
        trustBundle: () =>
          Promise.reject(
            new Error(
              'clusterTrustBundle projections are not supported by this kubelet (feature gate ClusterTrustBundleProjection is off)',
            ),
          ),
        allocatable: resources.allocatable,
      },
    },
  });
  late.volumes.set(volumes);
  return volumes;
}
