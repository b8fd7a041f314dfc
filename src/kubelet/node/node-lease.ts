/** The node's heartbeat: a Lease in kube-node-lease, renewed every ten seconds. */
import type { Lease } from '../../api/coordination/v1.gen.ts';
import type { Node } from '../../api/core/v1.gen.ts';
import { formatMicroTime, type Clock } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import { leases } from '../../client/resources.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';

export interface NodeLeaseOptions {
  readonly nodeName: string;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The Node that owns the lease; undefined while it is not known. */
  node(): Node | undefined;
}

const NAMESPACE = 'kube-node-lease';
const DURATION_SECONDS = 40;
const RENEW_MS = 10_000;
const RETRY_MS = 1000;

/** Renews until the signal aborts. */
export async function runNodeLease(options: NodeLeaseOptions): Promise<void> {
  const { clock, signal, log } = options;
  let lease: Lease | undefined;
  while (!signal.aborted) {
    let pause = RENEW_MS;
    try {
      lease = await renew(options, lease);
    } catch (error) {
      if (signal.aborted) return;
      if (!isConflict(error)) log.warn('cannot renew the lease of the node', { err: errorMessage(error) });
      lease = undefined;
      pause = RETRY_MS;
    }
    await clock.sleep(pause, signal).catch(() => undefined); // Stopped: the loop looks at the signal.
  }
}

async function renew({ nodeName, client, clock, node }: NodeLeaseOptions, known: Lease | undefined): Promise<Lease> {
  const resource = client.resource(leases);
  const owner = node();
  const ownerReferences = owner && [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: owner.metadata.uid }];
  const spec = { holderIdentity: nodeName, leaseDurationSeconds: DURATION_SECONDS, renewTime: formatMicroTime(clock.now()) };
  let current = known;
  try {
    current ??= await resource.get(nodeName, { namespace: NAMESPACE });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return resource.create({ metadata: { name: nodeName, namespace: NAMESPACE, ownerReferences }, spec });
  }
  const metadata =
    ownerReferences && !current.metadata.ownerReferences?.length ? { ...current.metadata, ownerReferences } : current.metadata;
  return resource.update({ ...current, metadata, spec: { ...current.spec, ...spec } });
}
