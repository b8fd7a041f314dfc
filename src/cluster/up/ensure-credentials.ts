import type { Clock, Random } from '../../base/clock.ts';
import { machineHostname } from '../../host/machine-user.ts';
import type { Cluster } from '../config/open-cluster.ts';
import { addressIn } from '../config/plan-config.ts';
import { writeKubeconfigs } from '../pki/cluster-kubeconfigs.ts';
import { ensurePki } from '../pki/ensure-pki.ts';

/** Certificates, keys and kubeconfigs of the whole cluster. Says what was issued. */
export function ensureCredentials(cluster: Cluster, clock: Clock, random: Random): readonly string[] {
  const { config, paths } = cluster;
  const { issued } = ensurePki(
    { dir: paths.pki, clock, random },
    {
      clusterDomain: config.clusterDomain,
      serviceIp: addressIn(config.serviceCidr, 1),
      apiServerNames: [machineHostname().toLowerCase()],
      apiServerAddresses: [config.advertiseAddress],
      nodes: config.nodes.map((n) => ({ name: n.name, ipAddresses: [n.address] })),
    },
  );
  writeKubeconfigs(cluster);
  return issued;
}
