import { join } from 'node:path';
import { csiDrivers, secrets, volumeAttachments } from '../../client/resources.ts';
import { CsiDrivers } from '../csi/csi-drivers.ts';
import { CsiVolumes } from '../csi/csi-volumes.ts';
import type { ApiObjects } from './api-objects.ts';
import type { Foundation } from './foundation.ts';

export function csi({ settings, paths, late }: Foundation, { thisNode, tokens }: ApiObjects) {
  const { client, clock, log, nodeName, rootDirectory, informers } = settings;
  const drivers = new CsiDrivers({ client, nodeName, node: thisNode });
  const objects = informers.informer(csiDrivers);
  const volumes = new CsiVolumes({
    clock,
    log,
    drivers,
    paths,
    directory: join(rootDirectory, 'plugins/kubernetes.io/csi'),
    podsDirectory: join(rootDirectory, 'pods'),
    nodeName,
    driverObject: (name) => objects.lister.get(name),
    attachment: (name) => client.resource(volumeAttachments).get(name),
    secret: (namespace, name) => client.resource(secrets).get(name, { namespace }),
    tokens: (pod, audience, seconds) => tokens.held(pod, audience, seconds),
    report: () => late.node.get().update(),
  });
  return { csiDrivers: drivers, csiVolumes: volumes };
}
