import { type Kubeconfig, type KubeconfigCluster, KubeconfigError, type KubeconfigUser } from './kubeconfig.ts';
import type { Clock } from '../base/clock.ts';
import { readTextIfExists } from '../host/files.ts';
import type { TlsMaterial } from '../host/http-types.ts';
import { HttpsTransport, type HttpsTransportOptions, type ImpersonationConfig } from './https-transport.ts';

/** How to reach a server, and as whom (client-go's rest.Config). Material is PEM text or the name of a file that is read at each use. */
export interface RestConfig {
  readonly server: string;
  /** The context's namespace; `default` when it has none. */
  readonly namespace: string;
  readonly ca?: Material | undefined;
  readonly certificate?: Material | undefined;
  readonly key?: Material | undefined;
  readonly serverName?: string | undefined;
  readonly insecureSkipVerify?: boolean | undefined;
  readonly token?: Material | undefined;
  readonly basic?: { readonly username: string; readonly password: string } | undefined;
  readonly impersonate?: ImpersonationConfig | undefined;
  readonly compression?: boolean | undefined;
}

export type Material = { readonly text: string } | { readonly file: string };

export interface RestConfigOverrides {
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly insecureSkipVerify?: boolean | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly serverName?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly as?: string | undefined;
  readonly asGroups?: readonly string[] | undefined;
  readonly asUid?: string | undefined;
}

const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';
/** client-go reads a token file again after a minute; the kubelet renews it long before it expires. */
const TOKEN_FRESH_MS = 60_000;

/** What a kubeconfig's context (or the overrides, kubectl's flags) says. Throws KubeconfigError for what is missing or not supported. */
export function restConfig(config: Kubeconfig, overrides: RestConfigOverrides = {}): RestConfig {
  const contextName = overrides.context ?? config.currentContext;
  const context = config.contexts.get(contextName) ?? {};
  if (overrides.context && !config.contexts.has(contextName)) throw new KubeconfigError(`context "${contextName}" does not exist`);
  if (contextName !== '' && !config.contexts.has(contextName)) {
    throw new KubeconfigError(
      `invalid configuration: [context was not found for specified context: ${contextName}, cluster has no server defined]`,
    );
  }
  const clusterName = overrides.cluster ?? context.cluster ?? '';
  const userName = overrides.user ?? context.user ?? '';
  const cluster = named(config.clusters, clusterName, 'cluster');
  const user = named(config.users, userName, 'auth info');
  const server = overrides.server ?? cluster.server;
  if (!server)
    throw new KubeconfigError(
      'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable',
    );
  if (cluster['proxy-url']) throw new KubeconfigError(`cluster "${clusterName}" asks for proxy-url, which is not supported`);
  return {
    server: /^https?:\/\//.test(server) ? server : `http://${server}`,
    namespace: overrides.namespace || context.namespace || 'default',
    ...tlsOf(cluster, user, overrides),
    ...credentialsOf(user, userName, overrides),
    ...impersonationOf(user, overrides),
    ...(cluster['disable-compression'] && { compression: false }),
  };
}

/** For a program in a pod. Throws KubeconfigError outside of one. */
export function inClusterConfig(env: Readonly<Record<string, string | undefined>>, read = readTextIfExists): RestConfig {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) {
    throw new KubeconfigError(
      'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
    );
  }
  const token = `${SERVICE_ACCOUNT_DIRECTORY}/token`;
  if (read(token) === undefined) throw new KubeconfigError(`open ${token}: no such file or directory`);
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: read(`${SERVICE_ACCOUNT_DIRECTORY}/namespace`)?.trim() || 'default',
    ca: { file: `${SERVICE_ACCOUNT_DIRECTORY}/ca.crt` },
    token: { file: token },
  };
}

/** A transport for the configuration. Files are read again when a connection is made (certificates) or a minute has passed (tokens). */
export function transportFor(
  config: RestConfig,
  options: Pick<HttpsTransportOptions, 'clock' | 'userAgent' | 'timeoutMs' | 'http1Only' | 'token'>,
): HttpsTransport {
  const tls = (): TlsMaterial => ({
    ca: config.ca && materialText(config.ca),
    certificate: config.certificate && materialText(config.certificate),
    key: config.key && materialText(config.key),
    serverName: config.serverName,
    insecureSkipVerify: config.insecureSkipVerify,
  });
  const { server, token, basic, impersonate, compression } = config;
  return new HttpsTransport({
    server,
    tls,
    basic,
    impersonate,
    compression,
    token: token && tokenSource(token, options.clock),
    ...options,
  });
}

function tokenSource(token: Material, clock: Clock): string | (() => string) {
  if ('text' in token) return token.text;
  let cached = '';
  let readAt = -Infinity;
  return () => {
    if (clock.monotonic() - readAt >= TOKEN_FRESH_MS) {
      cached = materialText(token).trim();
      readAt = clock.monotonic();
    }
    return cached;
  };
}

function materialText(material: Material): string {
  if ('text' in material) return material.text;
  const text = readTextIfExists(material.file);
  if (text === undefined) throw new KubeconfigError(`unable to read ${material.file}: no such file or directory`);
  return text;
}

function named<T extends object>(entries: ReadonlyMap<string, T>, name: string, what: string): T {
  const found = entries.get(name);
  if (!found && name !== '') throw new KubeconfigError(`${what} "${name}" does not exist`);
  return found ?? ({} as T);
}

function material(data: string | undefined, file: string | undefined): Material | undefined {
  if (data) return { text: Buffer.from(data, 'base64').toString() };
  return file ? { file } : undefined;
}

function tlsOf(cluster: KubeconfigCluster, user: KubeconfigUser, overrides: RestConfigOverrides): Partial<RestConfig> {
  const insecure = overrides.insecureSkipVerify ?? cluster['insecure-skip-tls-verify'] ?? false;
  const ca = material(
    overrides.certificateAuthority ? undefined : cluster['certificate-authority-data'],
    overrides.certificateAuthority ?? cluster['certificate-authority'],
  );
  if (insecure && ca && overrides.insecureSkipVerify === undefined) {
    throw new KubeconfigError('specifying a root certificates file with the insecure flag is not allowed');
  }
  return {
    ca: insecure ? undefined : ca,
    insecureSkipVerify: insecure,
    serverName: overrides.serverName ?? cluster['tls-server-name'],
    certificate: material(
      overrides.clientCertificate ? undefined : user['client-certificate-data'],
      overrides.clientCertificate ?? user['client-certificate'],
    ),
    key: material(overrides.clientKey ? undefined : user['client-key-data'], overrides.clientKey ?? user['client-key']),
  };
}

function credentialsOf(user: KubeconfigUser, name: string, overrides: RestConfigOverrides): Partial<RestConfig> {
  if (overrides.token) return { token: { text: overrides.token } };
  if (user.exec)
    throw new KubeconfigError(
      `user "${name}" asks for an exec credential plugin, which is not supported: use a token or a client certificate`,
    );
  if (user['auth-provider']) throw new KubeconfigError(`user "${name}" asks for an auth-provider; no Auth Provider found for its name`);
  if (user.tokenFile) return { token: { file: user.tokenFile } };
  if (user.token) return { token: { text: user.token } };
  if (user.username) return { basic: { username: user.username, password: user.password ?? '' } };
  return {};
}

function impersonationOf(user: KubeconfigUser, overrides: RestConfigOverrides): Partial<RestConfig> {
  const name = overrides.as ?? user.as;
  const groups = overrides.asGroups ?? user['as-groups'];
  if (!name) {
    if (groups?.length) throw new KubeconfigError('requesting uid, groups or user-extra without impersonating a user');
    return {};
  }
  return { impersonate: { user: name, uid: overrides.asUid ?? user['as-uid'], groups, extra: user['as-user-extra'] } };
}
