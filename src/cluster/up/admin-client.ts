import type { Clock } from '../../base/clock.ts';
import { Client } from '../../client/client.ts';
import { HttpsTransport } from '../../client/https-transport.ts';
import type { Cluster } from '../config/open-cluster.ts';
import { adminEntry } from '../pki/cluster-kubeconfigs.ts';

/** The administrator's client, over HTTPS from this machine. Close its transport after use. */
export function adminClient(cluster: Cluster, clock: Clock, timeoutMs = 10_000): Client {
  const { server, ca, certificate, key } = adminEntry(cluster);
  return new Client(new HttpsTransport({ server, clock, tls: { ca, certificate, key }, userAgent: 'wherry-cli', timeoutMs }));
}
