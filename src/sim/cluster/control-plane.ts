/** API server, controllers and scheduler of an in-test cluster. */
import { CONTROLLER_MANAGER, controllerIdentity, SCHEDULER } from '../../apiserver/authn/component-users.ts';
import { SigningKey } from '../../apiserver/authn/service-account/keys.ts';
import { legacyTokenSigner } from '../../apiserver/authn/service-account/legacy-token-signer.ts';
import type { LocalKubelets } from '../../apiserver/proxy/local-kubelet.ts';
import type { UserInfo } from '../../apiserver/request.ts';
import { startApiServer, type ApiServer } from '../../apiserver/server.ts';
import type { Clock, Random } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { Client } from '../../client/client.ts';
import { componentContext } from '../../client/component-context.ts';
import type { ComponentContext } from '../../client/component.ts';
import type { Transport } from '../../client/transport.ts';
import { startControllers } from '../../controllers/index.ts';
import { startScheduler } from '../../scheduler/scheduler.ts';
import type { Storage } from '../../storage/storage.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { POD_CIDR } from './node-defaults.ts';
import { newPrivateKey, type TestPki } from './test-pki.ts';

export interface ControlPlaneOptions {
  readonly options: ClusterOptions;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly pki: TestPki;
  readonly localKubelets: LocalKubelets;
  /** Wraps every transport of the cluster's own components. */
  watched(transport: Transport): Transport;
}

export interface ControlPlane {
  readonly apiServer: ApiServer;
  transport(user: UserInfo, userAgent: string): Transport;
  context(user: UserInfo, component: string, signal: AbortSignal, host?: string): ComponentContext;
  /** New nodes have a taint until a controller takes it away. */
  readonly nodesStartTainted: boolean;
  /** Resolves when controllers and scheduler have ended, after the signal. */
  readonly ended: Promise<unknown>;
}

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const SERVICE_CIDR = '10.96.0.0/16';
const HOST = '127.0.0.1';

export async function startControlPlane(parts: ControlPlaneOptions): Promise<ControlPlane> {
  const { options, storage, clock, random, log, signal, pki } = parts;
  const signingKey = newPrivateKey();
  const nodesStartTainted = runs(options, 'node-lifecycle-controller');
  const apiServer = await startApiServer({
    storage,
    clock,
    random,
    log: log.with({ component: 'kube-apiserver' }),
    clientCa: pki.ca.certificate,
    serviceAccountKeys: [signingKey],
    serviceAccountIssuer: ISSUER,
    serviceCidrs: [SERVICE_CIDR],
    enableAdmissionPlugins: ['NodeRestriction'],
    // Nobody but the node lifecycle controller takes away the taint that this plugin gives to new nodes.
    ...(!nodesStartTainted && { disableAdmissionPlugins: ['TaintNodesByCondition'] }),
    ...(options.https && { https: serving(pki) }),
    localKubelets: parts.localKubelets,
    ...options.apiServer,
  });
  const transport = (user: UserInfo, userAgent: string) => parts.watched(apiServer.transport(user, userAgent));
  const context = (user: UserInfo, component: string, until: AbortSignal, host?: string) =>
    componentContext({ transport: transport(user, component), component, ...(host !== undefined && { host }), clock, random, log, signal: until });
  const controllers =
    options.controllers === false
      ? undefined
      : startControllers(
          {
            ...context(CONTROLLER_MANAGER, 'kube-controller-manager', signal),
            clientFor: (name) => new Client(transport(controllerIdentity(name), name)),
            options: {
              clusterCIDR: [POD_CIDR],
              serviceCIDR: [SERVICE_CIDR],
              rootCA: pki.ca.certificate,
              clusterSigning: { certificate: pki.ca.certificate, privateKey: pki.ca.key },
              signLegacyServiceAccountToken: legacyTokenSigner(SigningKey.fromPem(signingKey)),
              // There is no other server that a namespace's deletion must reach.
              namespaceDeletionGracePeriodMs: 0,
              ...options.controllerOptions,
            },
          },
          Array.isArray(options.controllers) ? { names: options.controllers as readonly string[] } : {},
        );
  const scheduler =
    options.scheduler === false ? undefined : startScheduler(context(SCHEDULER, 'default-scheduler', signal)).then((started) => started.stopped);
  return { apiServer, transport, context, nodesStartTainted, ended: Promise.all([controllers, scheduler]) };
}

function runs({ controllers = true }: ClusterOptions, name: string): boolean {
  return typeof controllers === 'boolean' ? controllers : controllers.includes(name);
}

function serving(pki: TestPki) {
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];
  const { certificate, key } = pki.issue({ commonName: 'kube-apiserver', usage: 'server', dnsNames: names, ipAddresses: [HOST] });
  return { cert: certificate, key, host: HOST, port: 0 };
}
