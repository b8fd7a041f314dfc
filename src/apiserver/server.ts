/** The API server, put together: storage below, the chain above, HTTPS and in-process transports at the door. */
import { builtinResources, groupVersionString } from '../api/surface.ts';
import type { Clock, Random } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Transport } from '../client/transport.ts';
import { Outbound, type OutboundTls } from '../host/outbound.ts';
import type { Storage } from '../storage/storage.ts';
import { AdmissionChain } from './admission/chain.ts';
import { keepPolicyStatus } from './admission/policy/keep-policy-status.ts';
import type { ServedKind } from './admission/owner-references-permission-enforcement.ts';
import { admissionPlugins } from './admission/plugins.ts';
import { registeredForms } from './admission/registered-forms.ts';
import { buildAuthentication } from './authn/build-authenticator.ts';
import type { RequestHeaderOptions } from './authn/request-header.ts';
import type { JwtIssuer } from './authn/jwt/oidc-flags.ts';
import { remoteAuthenticators, type TokenWebhook } from './authn/remote-authenticators.ts';
import { SigningKey } from './authn/service-account/keys.ts';
import { TokenIssuer } from './authn/service-account/token-issuer.ts';
import { CaPool } from './authn/x509/ca-pool.ts';
import { bootstrap, keepBootstrapped } from './bootstrap/bootstrap.ts';
import { startAggregation } from './aggregator/start-aggregation.ts';
import { buildChain } from './chain.ts';
import { CrdManager } from './crd/crd-manager.ts';
import { customDocuments } from './crd/publish.ts';
import { webhookConversion } from './crd/webhook-conversion.ts';
import { customFields } from './crd/custom-fields.ts';
import { validateRules } from './crd/rules.ts';
import { auditor, type AuditOptions } from './filters/audit.ts';
import { auditIdFilter } from './filters/audit-id.ts';
import { authenticateFilter } from './filters/authenticate.ts';
import { authorizeFilter } from './filters/authorize.ts';
import { FlowController } from './filters/flow-control/flow-controller.ts';
import { objectStats } from './filters/flow-control/object-stats.ts';
import { flowControlFilter } from './filters/flow-control.ts';
import { impersonationFilter } from './filters/impersonation.ts';
import { recoverFilter } from './filters/recover.ts';
import { startHttpServer, type HttpServer } from './http-server.ts';
import { inProcessTransport } from './in-process-transport.ts';
import type { Authorizer } from './authz/authorizer.ts';
import { buildAuthorization, type Authorization } from './build-authorization.ts';
import { escalationPlugin } from './build-admission.ts';
import { nonResourcePaths } from './non-resource-paths.ts';
import type { LocalKubelets } from './proxy/local-kubelet.ts';
import { serveBuiltins } from './registry/builtin.ts';
import { expireEvents } from './registry/core/events/expiry.ts';
import { keepKubernetesService } from './registry/core/services/kubernetes-service.ts';
import { Registry } from './registry/registry.ts';
import type { ApiRequest, ApiResponse, Filter, RequestContext, UserInfo } from './request.ts';
import { requestInfo } from './request-info.ts';
import { router } from './router.ts';
import { specialSubresources } from './special-subresources.ts';
import { virtualResources } from './virtual/virtual-resources.ts';
import { WebhookClient } from './webhook/webhook-client.ts';

export interface ApiServerOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Left out: no sockets, in-process only. */
  readonly https?: { readonly cert: string; readonly key: string; readonly host: string; readonly port: number };
  /** PEM bundle that client certificates are verified against. */
  readonly clientCa?: string;
  readonly requestHeader?: Omit<RequestHeaderOptions, 'clock'>;
  /** PEM bundle of the front proxies' authority, told to servers behind this one. */
  readonly requestHeaderCa?: string;
  /** This server's own certificate as a front proxy; PEM. */
  readonly proxyClient?: { readonly cert: string; readonly key: string };
  /** PEM keys; the first one signs, all verify. */
  readonly serviceAccountKeys: readonly string[];
  readonly serviceAccountIssuer: string;
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
  /** A list of paths: only there. */
  readonly anonymous?: boolean | readonly string[];
  /** Others who say who somebody is: token issuers and a webhook. */
  readonly jwtIssuers?: readonly JwtIssuer[];
  readonly tokenWebhook?: TokenWebhook;
  readonly authorizationModes?: readonly ('Node' | 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny')[];
  readonly serviceCidrs: readonly string[];
  /** First and last port, inclusive. */
  readonly nodePortRange?: readonly [number, number];
  /** Address published as endpoint of the `kubernetes` service; left out: none is published. */
  readonly advertiseAddress?: string;
  /** The server's certificate towards kubelets. */
  readonly kubeletClient?: OutboundTls;
  /** Node agents of this process: asked in place of kubelets' addresses. */
  readonly localKubelets?: LocalKubelets;
  readonly enabledGroupVersions?: (group: string, version: string) => boolean;
  readonly enableAdmissionPlugins?: readonly string[];
  readonly disableAdmissionPlugins?: readonly string[];
  /** How many ordinary requests run at once; their shares are set by PriorityLevelConfigurations. */
  readonly requestsInFlight?: number;
  /** What is recorded of requests, and where to; without it nothing is. */
  readonly audit?: Pick<AuditOptions, 'policy' | 'write'>;
}

export interface ApiServer {
  readonly registry: Registry;
  /** The whole chain. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** A client transport without sockets, authenticated as `user`. */
  transport(user: UserInfo, userAgent: string): Transport;
  /** HTTPS port; 0 without HTTPS. */
  readonly port: number;
  /** Ends watches, drains requests, closes the listener. The storage stays open: it is the caller's. */
  stop(graceMs?: number): Promise<void>;
}

/** `--max-requests-inflight` and `--max-mutating-requests-inflight`, added. */
const REQUESTS_IN_FLIGHT = 600;
const REQUEST_TIMEOUT_MS = 60_000;
const DEFAULT_NODE_PORTS: readonly [number, number] = [30000, 32767];

/** Resolves when the server is ready: caches filled, bootstrap objects made, listening. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { storage, clock, random, log } = options;
  const stopping = new AbortController();
  const registry = new Registry({ storage, clock, random, log });
  const outbound = new Outbound();
  const keys = options.serviceAccountKeys.map((pem) => SigningKey.fromPem(pem));
  const [signer] = keys;
  if (!signer) throw new Error('Cannot start the API server: no service account key is given');
  const apiAudiences = [options.serviceAccountIssuer];
  const remote = remoteAuthenticators({
    outbound, clock, random, log, apiAudiences, signal: stopping.signal,
    issuers: options.jwtIssuers ?? [],
    ...(options.tokenWebhook && { webhook: options.tokenWebhook }),
  });
  const authentication = buildAuthentication({
    registry, clock, log, apiAudiences,
    more: remote,
    ...(options.clientCa !== undefined && { clientCa: new CaPool(options.clientCa) }),
    ...(options.requestHeader && { requestHeader: options.requestHeader }),
    ...(options.staticTokens && { staticTokens: options.staticTokens }),
    serviceAccounts: { issuers: [options.serviceAccountIssuer], keys },
    bootstrapTokens: true,
    anonymous: options.anonymous ?? true,
  });
  const issuer = new TokenIssuer({ issuer: options.serviceAccountIssuer, key: signer, apiAudiences, registry, clock, random, maxExpirationSeconds: 0, extendExpiration: true });
  // Authorisation reads roles from stores, and stores ask it: it is there before the first request, not before the stores.
  // oxlint-disable-next-line prefer-const -- closures above its assignment read it
  let authorization: Authorization | undefined;
  const authorizer: Authorizer = {
    name: 'configured',
    authorize: async (attributes) => (authorization ? authorization.authorizer.authorize(attributes) : { decision: 'no-opinion', reason: 'the server is starting' }),
  };
  const webhookClient = new WebhookClient({ registry, outbound, clock, random });
  const admission = new AdmissionChain([
    ...admissionPlugins({
      registry, authorizer, clock, random,
      webhooks: { client: webhookClient, forms: registeredForms(registry), log },
      findKind: (apiVersion, kind) => servedKinds(registry, apiVersion, kind),
      findParamKind: (group, version, kind) => registry.findKind(group, version, kind),
      ...(options.enableAdmissionPlugins && { enable: options.enableAdmissionPlugins }),
      ...(options.disableAdmissionPlugins && { disable: options.disableAdmissionPlugins }),
    }),
    escalationPlugin(() => (authorization as Authorization).guard),
  ]);
  const subresources = specialSubresources({ registry, outbound, clock, random, admission, authorizer, issuer, kubeletTls: options.kubeletClient ?? {}, localKubelets: options.localKubelets });
  serveBuiltins(registry, {
    subresources,
    strategies: { serviceCidrs: options.serviceCidrs, nodePortRange: options.nodePortRange ?? DEFAULT_NODE_PORTS, random },
    ...(options.enabledGroupVersions && { enabled: options.enabledGroupVersions }),
  });
  authorization = buildAuthorization(registry, options.authorizationModes ?? ['Node', 'RBAC']);
  await registry.ready();
  const virtual = virtualResources({ registry, admission, clock, authorizer: authorization.authorizer, tokens: authentication.tokens, apiAudiences });
  const definitions = builtinResources().filter((d) => d.servedByDefault || options.enabledGroupVersions?.(d.group, d.version));
  const crds = new CrdManager({ registry, admission, clock, log, validateRules, signal: stopping.signal, fields: (definition, schema) => customFields(definition, schema, clock), convertWith: (crd) => webhookConversion(crd, { client: webhookClient, random }) });
  const aggregation = startAggregation({
    registry, definitions, outbound, clock, random, log, signal: stopping.signal,
    ...(options.proxyClient && { proxyClient: options.proxyClient }),
    ...(options.clientCa !== undefined && { clientCa: options.clientCa }),
    ...(options.requestHeaderCa !== undefined && { requestHeaderCa: options.requestHeaderCa }),
    ...(options.requestHeader && { requestHeader: options.requestHeader }),
  });
  const paths = nonResourcePaths({
    delegated: () => aggregation.aggregator.groupVersions(),
    customDocuments: { generation: () => crds.generation, foreign: (docs, title) => customDocuments(crds.definitions(), docs, title) },
    registry, definitions, keys, issuer: options.serviceAccountIssuer, externalAddress: `${options.advertiseAddress ?? options.https?.host ?? '127.0.0.1'}:${options.https?.port ?? 443}`, isReady: () => !stopping.signal.aborted });
  const route = router({ clock, random, admission, find: (g, v, r) => registry.find(g, v, r), virtual, nonResource: paths, delegate: (context) => aggregation.aggregator.delegate(context) });
  const pass: Filter = (next) => next;
  const controller = new FlowController({ registry, clock, random, log, serverSeats: options.requestsInFlight ?? REQUESTS_IN_FLIGHT });
  controller.start(stopping.signal);
  const auditing = options.audit && auditor({ ...options.audit, clock, log });
  const recover: Filter = (next) => auditIdFilter(random)(recoverFilter(log)(next));
  const chain = buildChain(
    { recover, timeout: pass, authenticate: authenticateFilter(authentication.authenticator, log, auditing?.authenticationFailed), audit: auditing?.filter ?? pass, impersonate: impersonationFilter(authorization.authorizer), flowControl: flowControlFilter({ controller, clock, objects: objectStats(registry), waitMs: REQUEST_TIMEOUT_MS / 4 }), authorize: authorizeFilter(authorization.authorizer) },
    route,
  );
  const handle = (request: ApiRequest) => chain(newContext(request, clock.now()));
  await crds.start();
  await bootstrap({ registry, serviceCidrs: options.serviceCidrs, clock });
  await aggregation.keep();
  keepBootstrapped({ registry, serviceCidrs: options.serviceCidrs, clock, log, signal: stopping.signal });
  keepPolicyStatus({ registry, log, signal: stopping.signal });
  expireEvents({ registry, clock, log, signal: stopping.signal });
  const http: HttpServer | undefined = options.https ? await startHttpServer({ ...options.https, handle }) : undefined;
  const kubernetesService = await keepKubernetesService({
    registry, storage, clock, log,
    serviceCidrs: options.serviceCidrs,
    ...(options.advertiseAddress !== undefined && { advertiseAddress: options.advertiseAddress }),
    securePort: http?.port ?? 443,
  });
  return {
    registry,
    handle,
    transport: (user, userAgent) => inProcessTransport({ handle }, user, userAgent),
    port: http?.port ?? 0,
    async stop(graceMs = 1000) {
      stopping.abort(new Error('the server is stopping'));
      await kubernetesService.stop().catch((error: unknown) => log.error('cannot take this server out of the kubernetes service', error));
      registry.stop();
      await http?.close(graceMs);
      outbound.close();
    },
  };
}

function servedKinds(registry: Registry, apiVersion: string, kind: string): ServedKind[] {
  const definitions = registry.allServed().map((served) => served.definition);
  return definitions.filter((d) => d.kind === kind && groupVersionString(d) === apiVersion);
}

const NOBODY: UserInfo = { name: '', groups: [] };

function newContext(request: ApiRequest, nowMs: number): RequestContext {
  return { request, info: requestInfo(request.method, request.path, request.query), user: NOBODY, warnings: new Set(), auditAnnotations: new Map(), receivedAtMs: nowMs, responseHeaders: {} };
}
