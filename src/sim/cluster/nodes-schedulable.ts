import type { Node } from '../../api/core/v1.gen.ts';
import type { Client } from '../../client/client.ts';
import { nodes } from '../../client/resources.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';

/** Resolves when the node lifecycle controller has seen that these nodes are ready: from then on pods are scheduled without a detour. */
export async function nodesSchedulable(client: Client, names: readonly string[]): Promise<void> {
  const waiting = new Set(names);
  const look = (node: Node) => {
    if (!node.spec.taints?.some((taint) => taint.key === NOT_READY)) waiting.delete(node.metadata.name);
  };
  const stop = new AbortController();
  try {
    const { items, metadata } = await client.resource(nodes).list();
    items.forEach(look);
    if (waiting.size === 0) return;
    for await (const event of client.resource(nodes).watch({ resourceVersion: metadata.resourceVersion ?? '0', signal: stop.signal })) {
      if (event.type === 'ERROR') throw new Error(`Cannot watch the nodes: ${JSON.stringify(event.object)}`);
      if (event.type !== 'BOOKMARK') look(event.object);
      if (waiting.size === 0) return;
    }
  } finally {
    stop.abort();
  }
}
