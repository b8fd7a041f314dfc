/**
 * A node without a machine: it registers, renews its lease and runs the pods bound to it by the kubelet's own rules (its workers, decisions
 * and statuses), with containers that exist in memory only (kubemark's hollow node, https://github.com/kubernetes/kubernetes/tree/master/pkg/kubemark).
 */
import type { Node } from '../../api/core/v1.gen.ts';
import type { ComponentContext } from '../../client/component.ts';
import { nodes } from '../../client/resources.ts';
import { followApiPods } from '../../kubelet/config/pod-source.ts';
import { runNodeLease } from '../../kubelet/node/node-lease.ts';
import { NodeStatusManager } from '../../kubelet/node/node-status.ts';
import { SimKubeletApi } from '../kubelet-api/sim-kubelet-api.ts';
import { simNodeFacts } from './node-facts.ts';
import { makeSimParts } from './sim-parts.ts';
import type { SimNodeOptions } from './sim-node-options.ts';

export interface SimNode {
  readonly name: string;
  /** Answers what the API server asks kubelets: logs, exec and their like. */
  readonly kubelet: SimKubeletApi;
  /** Switches the node off: its pods and its Node object stay as they are, heartbeats end. Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

const ARCHITECTURE = 'amd64';
/** What the TTL controller would write a moment later, and thereby make the first change of the node's taints a conflict. */
const TTL = 'node.alpha.kubernetes.io/ttl';

/**
 * Starts a simulated node; `context` is that of its kubelet (user `system:node:<name>`, group `system:nodes`). Resolves when the node is
 * registered and the pods that were there are known; it is Ready from the first. Ends with the context's signal, or stop().
 */
export async function startSimNode(context: ComponentContext, options: SimNodeOptions): Promise<SimNode> {
  const { client, informers, clock, random, log, recorder } = context;
  const stopped = new AbortController();
  const signal = AbortSignal.any([context.signal, stopped.signal]);
  const { name } = options;
  const informer = informers.informer(nodes, { fieldSelector: `metadata.name=${name}` });
  const facts = simNodeFacts(options, random.uuid());
  const parts = makeSimParts({ ...context, signal }, options, () => informer.lister.get(name));
  const status = new NodeStatusManager({
    nodeName: name,
    client,
    informer,
    clock,
    random,
    log,
    recorder,
    signal,
    labels: options.labels ?? {},
    annotations: { [TTL]: '0' },
    ownLabels: {
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': ARCHITECTURE,
      'beta.kubernetes.io/os': 'linux',
      'beta.kubernetes.io/arch': ARCHITECTURE,
    },
    spec: {
      ...(options.taints?.length && { taints: [...options.taints] }),
      ...(options.podCIDR !== undefined && { podCIDR: options.podCIDR, podCIDRs: [options.podCIDR] }),
    },
    facts: () => facts,
    images: () => Promise.resolve([]),
    conditions: () => ({ memoryPressure: false, diskPressure: false, pidPressure: false, problems: [] }),
  });
  await status.register();
  const lease = runNodeLease({ nodeName: name, client, clock, log, signal, node: (): Node | undefined => informer.lister.get(name) });
  const loops = [status.run(), lease, parts.run()];
  await followApiPods(name, informers, parts.loop, parts.statuses);
  return {
    name,
    kubelet: new SimKubeletApi({ pods: parts.pods, runtime: parts.runtime, clock, signal, exec: options.exec }),
    async stop() {
      stopped.abort(new Error(`node ${name} was switched off`));
      await informers.stop();
      await Promise.all(loops);
    },
  };
}
