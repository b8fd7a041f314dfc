/** A whole cluster in the calling process: the control plane on memory storage, simulated nodes, clients. Any number side by side. */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { UserInfo } from '../../apiserver/request.ts';
import { SeededRandom } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { Client } from '../../client/client.ts';
import { pods } from '../../client/resources.ts';
import { systemClock, systemRandom } from '../../host/clock.ts';
import { keepAlive } from '../../host/keep-alive.ts';
import { memoryStorage } from '../../storage/drivers/memory/memory-storage.ts';
import { startSimNode, type SimNode } from '../node/sim-node.ts';
import type { ClusterOptions, NodeSpec } from './cluster-options.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { testKubeconfig } from './kubeconfig.ts';
import { nodesSchedulable } from './nodes-schedulable.ts';
import { nodeOptions } from './node-defaults.ts';
import type { ExecOptions, TestCluster } from './test-cluster.ts';
import { makeTestPki, type TestPki } from './test-pki.ts';
import { VirtualTime } from './virtual-time.ts';
import { waitFor } from './wait-for.ts';

const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
const WAIT_MS = 30_000;

/** Resolves when the API answers and the nodes are registered; controllers and scheduler have begun. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { virtualTime = false } = options;
  const virtual = virtualTime === false ? undefined : new VirtualTime(virtualTime === true ? undefined : virtualTime);
  const clock = virtual?.clock ?? options.clock ?? systemClock;
  const random = options.random ?? (options.seed === undefined ? systemRandom : new SeededRandom(options.seed));
  const storage = options.storage ?? memoryStorage();
  const stopped = new AbortController();
  const nodes: SimNode[] = [];
  const pki = makeTestPki(clock, random);
  const plane = await startControlPlane({
    options,
    storage,
    clock,
    random,
    log: options.log ?? silentLogger,
    signal: stopped.signal,
    pki,
    localKubelets: (name) => nodes.find((node) => node.name === name)?.kubelet,
    watched: (transport) => virtual?.watched(transport) ?? transport,
  });
  const client = new Client(plane.transport(ADMIN, 'wherry-test'));
  const addNode = (spec: NodeSpec = {}) => startNode(plane, nodes, stopped.signal, spec);
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= closeAll(plane, nodes, stopped, options.storage ? undefined : storage));
  const transportAs = (user: UserInfo) => plane.transport(withAuthenticated(user), 'wherry-test');
  const access = httpsAccess(options, plane, pki);
  const cluster: TestCluster = {
    client,
    transportAs,
    clientAs: (user) => new Client(transportAs(user)),
    apiServer: plane.apiServer,
    clock,
    random,
    get url() {
      return access.url();
    },
    get kubeconfig() {
      return access.kubeconfig();
    },
    nodes,
    addNode,
    waitFor: (ref, name, condition, { namespace, timeoutMs = WAIT_MS } = {}) =>
      waitFor({ client, clock, virtual, ref, name, namespace: namespace ?? (ref.namespaced ? 'default' : undefined), timeoutMs, condition }),
    exec: (pod, command, execOptions = {}) => exec(client, nodes, pod, command, execOptions),
    advance: (ms) => virtualOnly(virtual).advance(ms),
    settle: () => virtualOnly(virtual).settle(),
    close,
    [Symbol.asyncDispose]: close,
  };
  const release = keepAlive();
  try {
    const specs = typeof options.nodes === 'object' ? options.nodes : Array.from({ length: options.nodes ?? 1 }, (): NodeSpec => ({}));
    await Promise.all(specs.map(addNode));
    if (virtual) await virtual.settle();
    else if (plane.nodesStartTainted) await nodesSchedulable(client, nodes.map((node) => node.name));
  } catch (error) {
    await close();
    throw error;
  } finally {
    release();
  }
  return cluster;
}

async function startNode(plane: ControlPlane, nodes: SimNode[], signal: AbortSignal, spec: NodeSpec): Promise<SimNode> {
  const options = nodeOptions(nodes.length, spec);
  const { name } = options;
  if (nodes.some((node) => node.name === name)) throw new Error(`Cannot add node ${name}: the cluster has one of that name`);
  // The place is taken before anybody waits, so that nodes that start together get names and addresses of their own.
  const index = nodes.push({ name } as SimNode) - 1;
  const user = { name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] };
  const node = await startSimNode(plane.context(user, 'kubelet', signal, name), options);
  nodes[index] = node;
  return node;
}

async function closeAll(plane: ControlPlane, nodes: readonly SimNode[], stopped: AbortController, storage: { close(): Promise<void> } | undefined): Promise<void> {
  stopped.abort(new Error('the cluster was closed'));
  await Promise.all(nodes.map(async (node) => (node.stop as SimNode['stop'] | undefined)?.()));
  await plane.ended;
  await plane.apiServer.stop(0);
  await storage?.close();
}

/** Both throw without HTTPS. */
function httpsAccess({ https }: ClusterOptions, plane: ControlPlane, pki: TestPki) {
  const url = () => {
    if (!https) throw new Error('Cannot give an address: start the cluster with { https: true }');
    return `https://127.0.0.1:${plane.apiServer.port}`;
  };
  let text: string | undefined;
  const kubeconfig = () => {
    const admin = () => pki.issue({ commonName: ADMIN.name, organizations: ['system:masters'], usage: 'client' });
    return (text ??= testKubeconfig(url(), pki.ca.certificate, admin()));
  };
  return { url, kubeconfig };
}

async function exec(client: Client, nodes: readonly SimNode[], target: string | Pod, command: readonly string[], options: ExecOptions) {
  const pod = typeof target === 'string' ? await client.resource(pods).get(target, { namespace: options.namespace ?? 'default' }) : target;
  const node = nodes.find((n) => n.name === pod.spec.nodeName);
  if (!node) throw new Error(`Cannot run a command in pod ${pod.metadata.name}: ${pod.spec.nodeName ? `node ${pod.spec.nodeName} is not one of the cluster's` : 'it has no node'}`);
  return node.kubelet.exec(pod, options.container ?? pod.spec.containers[0]?.name ?? '', command, options.stdin);
}

function virtualOnly(virtual: VirtualTime | undefined): VirtualTime {
  if (!virtual) throw new Error('Cannot move time: start the cluster with { virtualTime: true }');
  return virtual;
}

function withAuthenticated(user: UserInfo): UserInfo {
  return user.groups.includes('system:authenticated') ? user : { ...user, groups: [...user.groups, 'system:authenticated'] };
}
