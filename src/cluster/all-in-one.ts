/**
 * The control plane of a cluster in one process: API server, controllers, scheduler. They talk through in-process transports, each as its
 * own user, so authentication, authorisation and admission are those of any client.
 */
import type { Clock, Random } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { CONTROLLER_MANAGER, controllerIdentity, LOOPBACK, SCHEDULER } from '../apiserver/authn/component-users.ts';
import { SigningKey } from '../apiserver/authn/service-account/keys.ts';
import { legacyTokenSigner } from '../apiserver/authn/service-account/legacy-token-signer.ts';
import { CaPool } from '../apiserver/authn/x509/ca-pool.ts';
import type { LocalKubelets } from '../apiserver/proxy/local-kubelet.ts';
import type { UserInfo } from '../apiserver/request.ts';
import { startApiServer, type ApiServer } from '../apiserver/server.ts';
import { Client } from '../client/client.ts';
import { componentContext } from '../client/component-context.ts';
import { startControllers } from '../controllers/index.ts';
import { startRoutes } from '../network/cni/routes.ts';
import { startDnsEndpoints } from '../network/dns/dns-endpoints.ts';
import { startServiceLoadBalancer } from '../network/service-lb/service-load-balancer.ts';
import { startScheduler } from '../scheduler/scheduler.ts';
import { runCompactor } from '../storage/compactor.ts';
import { startSimNode, type SimNode } from '../sim/node/sim-node.ts';
import type { Storage } from '../storage/storage.ts';
import { ensureAddOns } from './add-ons/ensure-add-ons.ts';
import { DNS_PORT, NETWORK_CONTROLLER_USER, NETWORK_USER } from './add-ons/objects.ts';
import type { Cluster } from './config/open-cluster.ts';
import { readPem } from './pki/cluster-kubeconfigs.ts';
import { clusterInfoKubeconfig } from './pki/kubeconfig.ts';

export interface AllInOneOptions {
  readonly cluster: Cluster;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Aborts to stop the controllers and the scheduler; the server is stopped by stop(). */
  readonly signal: AbortSignal;
}

export interface AllInOne {
  readonly apiServer: ApiServer;
  /** Resolves when controllers and scheduler have ended (after the signal) and the server is down. The storage stays open. */
  stop(): Promise<void>;
}

const NETWORK: UserInfo = { name: NETWORK_USER, groups: ['system:authenticated'] };
const NETWORK_CONTROLLER: UserInfo = { name: NETWORK_CONTROLLER_USER, groups: ['system:authenticated'] };
const ADD_ON_RETRY_MS = 1_000;
/** There is no other server that a namespace's deletion must reach. */
const NAMESPACE_GRACE_MS = 0;

/** Resolves when the API server serves. */
export async function startAllInOne(options: AllInOneOptions): Promise<AllInOne> {
  const { cluster, clock, random, log, signal } = options;
  const simulated: SimNode[] = [];
  const apiServer = await startServer(options, (name) => simulated.find((node) => node.name === name)?.kubelet);
  const context = (user: UserInfo, component: string, host?: string) =>
    componentContext({
      transport: apiServer.transport(user, component),
      component,
      ...(host !== undefined && { host }),
      clock,
      random,
      log,
      signal,
    });
  const { pki } = cluster.paths;
  const controllers = startControllers({
    ...context(CONTROLLER_MANAGER, 'kube-controller-manager'),
    clientFor: (name) => new Client(apiServer.transport(controllerIdentity(name), name)),
    options: {
      clusterCIDR: [cluster.config.podCidr],
      serviceCIDR: [cluster.config.serviceCidr],
      rootCA: readPem(pki, 'ca.crt'),
      clusterSigning: { certificate: readPem(pki, 'ca.crt'), privateKey: readPem(pki, 'ca.key') },
      signLegacyServiceAccountToken: legacyTokenSigner(SigningKey.fromPem(readPem(pki, 'sa.key'))),
      namespaceDeletionGracePeriodMs: NAMESPACE_GRACE_MS,
    },
  });
  const scheduler = startScheduler(context(SCHEDULER, 'default-scheduler')).then((started) => started.stopped);
  const compactor = runCompactor({ storage: options.storage, clock, log, signal });
  const addOns = keepAddOns(apiServer, options);
  // Their rights are among the add-ons.
  void addOns.then(() => {
    if (cluster.config.simulated || signal.aborted) return;
    const network = context(NETWORK_CONTROLLER, 'service-controller');
    startDnsEndpoints(network, { port: DNS_PORT });
    startServiceLoadBalancer(network);
  });
  // Nodes in namespaces: the machine itself must find the way to their pods.
  if (cluster.config.nodes.some((n) => n.namespace))
    startRoutes(context(NETWORK, 'routes'), { nodeName: '', device: cluster.config.bridge?.name ?? '' });
  if (cluster.config.simulated)
    for (const node of cluster.config.nodes) {
      const user = { name: `system:node:${node.name}`, groups: ['system:nodes', 'system:authenticated'] };
      simulated.push(await startSimNode(context(user, 'kubelet', node.name), { name: node.name, addresses: [node.address] }));
    }
  return {
    apiServer,
    async stop() {
      await Promise.all([controllers, scheduler, compactor, addOns, ...simulated.map((node) => node.stop())]);
      await apiServer.stop();
    },
  };
}

function startServer({ cluster, storage, clock, random, log }: AllInOneOptions, localKubelets: LocalKubelets): Promise<ApiServer> {
  const { config, paths } = cluster;
  const pem = (file: string) => readPem(paths.pki, file);
  return startApiServer({
    storage,
    clock,
    random,
    log: log.with({ component: 'kube-apiserver' }),
    https: { cert: pem('apiserver.crt'), key: pem('apiserver.key'), host: '0.0.0.0', port: config.port },
    clientCa: pem('ca.crt'),
    requestHeader: {
      pool: new CaPool(pem('front-proxy-ca.crt')),
      allowedNames: ['front-proxy-client'],
      usernameHeaders: ['X-Remote-User'],
      uidHeaders: ['X-Remote-Uid'],
      groupHeaders: ['X-Remote-Group'],
      extraHeaderPrefixes: ['X-Remote-Extra-'],
    },
    requestHeaderCa: pem('front-proxy-ca.crt'),
    proxyClient: { cert: pem('front-proxy-client.crt'), key: pem('front-proxy-client.key') },
    serviceAccountKeys: [pem('sa.key')],
    serviceAccountIssuer: `https://kubernetes.default.svc.${config.clusterDomain}`,
    serviceCidrs: [config.serviceCidr],
    advertiseAddress: config.advertiseAddress,
    kubeletClient: { ca: pem('ca.crt'), cert: pem('apiserver-kubelet-client.crt'), key: pem('apiserver-kubelet-client.key') },
    localKubelets,
    enableAdmissionPlugins: ['NodeRestriction'],
  });
}

/** Makes the add-ons' objects, again and again until it succeeds or the signal aborts. */
async function keepAddOns(apiServer: ApiServer, { cluster, clock, log, signal }: AllInOneOptions): Promise<void> {
  const client = new Client(apiServer.transport(LOOPBACK, 'wherry'));
  const { config, paths } = cluster;
  const info = clusterInfoKubeconfig(`https://${config.advertiseAddress}:${config.port}`, readPem(paths.pki, 'ca.crt'));
  while (!signal.aborted) {
    try {
      return await ensureAddOns(client, { dnsAddress: config.dnsAddress, clusterInfo: info });
    } catch (error) {
      log.error('cannot make the objects of the add-ons, will retry', error);
      await clock.sleep(ADD_ON_RETRY_MS, signal).catch(() => {}); // Stopped: the loop looks at the signal.
    }
  }
}
