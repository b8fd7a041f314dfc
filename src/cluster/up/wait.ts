/** Waiting for a cluster to come up, and saying why it does not. */
import type { Node } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import { leases, nodes } from '../../client/resources.ts';
import { logTail } from '../../host/log-tail.ts';
import type { Cluster } from '../config/open-cluster.ts';
import { agentOf, clusterChildren, SERVER } from '../supervisor/cluster-children.ts';
import { failuresOf } from '../supervisor/running-supervisor.ts';

export interface WaitOptions {
  readonly cluster: Cluster;
  readonly client: Client;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** A process that has ended so often while we wait will not come up by waiting. */
const HOPELESS_FAILURES = 3;

/** Resolves when the API server says it is ready. */
export function waitForApi(options: WaitOptions): Promise<void> {
  return poll(options, 'the API server', [SERVER], 25, async () => {
    await options.client.raw({ method: 'GET', path: '/readyz' });
    return true;
  });
}

/** Resolves when every node of the cluster is Ready, and says so itself: not only the API server from memory. `since`: wall time, milliseconds. */
export function waitForNodes(options: WaitOptions, since: number): Promise<void> {
  const wanted = options.cluster.config.nodes.map((n) => n.name);
  const { client } = options;
  return poll(options, `node ${wanted.join(', ')}`, options.cluster.config.simulated ? [SERVER] : wanted.map(agentOf), 100, async () => {
    const { items } = await client.resource(nodes).list();
    if (!wanted.every((name) => items.some((node) => node.metadata.name === name && isReady(node)))) return false;
    const { items: held } = await client.resource(leases).list({ namespace: 'kube-node-lease' });
    const renewed = (name: string) => Date.parse(held.find((lease) => lease.metadata.name === name)?.spec?.renewTime ?? '') >= since;
    return wanted.every(renewed);
  });
}

export function isReady(node: Node): boolean {
  return node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}

/** Asks again and again; an error counts as "not yet" and is told when time is over or the process keeps ending. */
async function poll(
  options: WaitOptions,
  what: string,
  processes: readonly string[],
  everyMs: number,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const { cluster, clock, timeoutMs } = options;
  const end = clock.monotonic() + timeoutMs;
  for (;;) {
    let problem = 'it is not ready';
    try {
      if (await isDone()) return;
    } catch (error) {
      problem = errorMessage(error);
    }
    const failing = processes.find((name) => failuresOf(cluster.paths, name) >= HOPELESS_FAILURES);
    if (failing !== undefined)
      throw new Error(`${what} does not start: its process (${failing}) keeps ending.${lastWords(cluster, failing)}`);
    if (clock.monotonic() > end)
      throw new Error(`${what} is not ready after ${timeoutMs / 1000} s: ${problem}.${lastWords(cluster, processes[0] ?? '')}`);
    await clock.sleep(everyMs);
  }
}

function lastWords(cluster: Cluster, name: string): string {
  const logFile = clusterChildren(cluster).find((c) => c.name === name)?.logFile ?? '';
  const lines = logTail(logFile, 6).map((line) => `    ${line}\n`);
  return ` Its log: ${logFile}${lines.length ? `, which ends with\n${lines.join('').trimEnd()}` : ''}`;
}
