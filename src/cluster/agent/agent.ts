/** What runs on one node: containerd, the kubelet, the service proxy, DNS, the pods' network. */
import type { Clock, Random } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ComponentContext } from '../../client/component.ts';
import { HttpsTransport } from '../../client/https-transport.ts';
import { canConnect } from '../../host/can-connect.ts';
import { makeDirectory } from '../../host/files.ts';
import { startKubelet } from '../../kubelet/kubelet.ts';
import type { KubeletOptions } from '../../kubelet/options.ts';
import { startNodeNetwork } from '../../network/cni/node-network.ts';
import { startRoutes } from '../../network/cni/routes.ts';
import { PRIVATE_RANGES } from '../../network/dns/client-filter.ts';
import { startDns } from '../../network/dns/dns.ts';
import { startNetworkPolicy } from '../../network/policy/network-policy.ts';
import { startKubeProxy } from '../../network/proxy/kube-proxy.ts';
import { DNS_PORT } from '../add-ons/objects.ts';
import { componentContext } from '../../client/component-context.ts';
import { nodeCgroup, type ClusterNode } from '../config/cluster-config.ts';
import { nodeResolvConf } from './resolv-conf.ts';
import type { Cluster } from '../config/open-cluster.ts';
import { nodeRegistryMirrors } from '../config/registry-mirrors.ts';
import { nodePaths } from '../config/paths.ts';
import { ensureContainerd } from '../containerd/ensure-containerd.ts';
import { readPem } from '../pki/cluster-kubeconfigs.ts';

export interface AgentOptions {
  readonly cluster: Cluster;
  readonly node: ClusterNode;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Aborts to stop; containers and containerd run on. */
  readonly signal: AbortSignal;
}

export interface Agent {
  /** Resolves when everything has ended, after the signal. */
  stop(): Promise<void>;
}

const SERVER_PATIENCE_MS = 5_000;

/** Starts all of it at once; resolves when containerd serves and the components run. The API server need not be there yet. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { cluster, node, clock, log } = options;
  const paths = nodePaths(cluster.paths, node.name);
  for (const dir of [paths.cniConf, paths.cniState, paths.kubelet, paths.podLogs, paths.staticPods]) makeDirectory(dir);
  const runtime = ensureContainerd({
    dataDir: paths.containerd,
    runDir: paths.containerdRun,
    logFile: paths.containerdLog,
    cniConfDir: paths.cniConf,
    registryMirrors: nodeRegistryMirrors(cluster.config),
    log,
    clock,
  });
  runtime.catch(() => {}); // Awaited below; a failure must not end the process before that.
  await serverIsThere(options);
  // One set of watches serves all that follow services and endpoints.
  const network = context(options, 'network', 'kube-proxy');
  const { config } = cluster;
  const nodeNetwork = startNodeNetwork(network, {
    nodeName: node.name,
    clusterCIDRs: [config.podCidr],
    cniConfDir: paths.cniConf,
    ipamDir: paths.cniState,
  });
  const routes = startRoutes(network, { nodeName: node.name });
  const policy = startNetworkPolicy(network, { nodeName: node.name });
  const starting = startKubeProxy(network, { nodeName: node.name, clusterCIDRs: [config.podCidr] });
  const dns = startDns(network, {
    clusterDomain: config.clusterDomain,
    listen: [{ address: node.address, port: DNS_PORT }],
    serviceIPs: [config.dnsAddress],
    // A node's own programs ask from its address, which need not be a private one.
    allowedClients: [...PRIVATE_RANGES, ...config.nodes.map((n) => `${n.address}/32`)],
  });
  const kubelet = runtime.then(({ socket }) => startKubelet(kubeletOptions(options, socket)));
  const [proxy, names, containerd, agent] = await Promise.all([starting, dns, runtime, kubelet]);
  return {
    async stop() {
      await Promise.all([agent.stop(), nodeNetwork.stop(), routes.stop(), policy.stop(), proxy.stop(), names.stop()]);
      containerd.release();
    },
  };
}

/**
 * Waits a moment for an API server that starts together with this process: a component whose first request fails backs off for longer.
 * After that all goes on without it: what runs on the node is looked after in any case.
 */
async function serverIsThere({ cluster: { config }, clock, signal }: AgentOptions): Promise<void> {
  const end = clock.monotonic() + SERVER_PATIENCE_MS;
  while (!signal.aborted && clock.monotonic() < end) {
    if (await canConnect(config.advertiseAddress, config.port)) return;
    await clock.sleep(20, signal).catch(() => {}); // Stopped: the loop looks at the signal.
  }
}

function kubeletOptions(options: AgentOptions, socket: string): KubeletOptions {
  const { config, paths } = options.cluster;
  const { name, address } = options.node;
  const own = nodePaths(paths, name);
  const pem = (file: string) => readPem(paths.pki, file);
  return {
    ...context(options, 'kubelet-client', 'kubelet'),
    nodeName: name,
    nodeIPs: [address],
    hostname: name,
    clusterDNS: [config.dnsAddress],
    clusterDomain: config.clusterDomain,
    containerRuntimeEndpoint: socket,
    rootDirectory: own.kubelet,
    podLogsDirectory: own.podLogs,
    containerLogsDirectory: own.containerLogs,
    staticPodPath: own.staticPods,
    serving: { cert: pem(`nodes/${name}/kubelet.crt`), key: pem(`nodes/${name}/kubelet.key`), clientCA: pem('ca.crt') },
    cgroupRoot: nodeCgroup(config, name),
    resolvConf: nodeResolvConf(),
  };
}

/** A component's context over HTTPS, with one of the node's client certificates. */
function context({ cluster, node, clock, random, log, signal }: AgentOptions, certificate: string, component: string): ComponentContext {
  const { config, paths } = cluster;
  const server = `https://${config.advertiseAddress}:${config.port}`;
  const name = `nodes/${node.name}/${certificate}`;
  const tls = { ca: readPem(paths.pki, 'ca.crt'), certificate: readPem(paths.pki, `${name}.crt`), key: readPem(paths.pki, `${name}.key`) };
  const transport = new HttpsTransport({ server, clock, tls, userAgent: component, compression: false });
  return componentContext({ transport, component, host: node.name, clock, random, log, signal });
}
