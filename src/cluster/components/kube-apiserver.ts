import { join } from 'node:path';
import type { RequestHeaderOptions } from '../../apiserver/authn/request-header.ts';
import { parseTokenFile } from '../../apiserver/authn/static-tokens.ts';
import { CaPool } from '../../apiserver/authn/x509/ca-pool.ts';
import { parseAuditPolicy } from '../../apiserver/filters/audit-policy-file.ts';
import { startApiServer, type ApiServerOptions } from '../../apiserver/server.ts';
import type { Logger } from '../../base/log.ts';
import { systemClock, systemRandom } from '../../host/clock.ts';
import { lineLogger } from '../../host/log.ts';
import { machineHostname } from '../../host/machine-user.ts';
import { readMachineNetwork } from '../../host/machine-network.ts';
import { RotatingFile } from '../../host/rotating-file.ts';
import { terminationSignal } from '../../host/termination.ts';
import { etcdStorage } from '../../storage/drivers/etcd/etcd-storage.ts';
import { lmdbStorage } from '../../storage/drivers/lmdb/lmdb-storage.ts';
import type { Storage } from '../../storage/storage.ts';
import { stringifyJson } from '../../wire/json/stringify.ts';
import type { Command } from '../cli/command.ts';
import { flagHelp, parseFlags, UsageError, type FlagValues } from '../cli/flags.ts';
import { addressIn } from '../config/plan-config.ts';
import { ensurePki } from '../pki/ensure-pki.ts';
import { AUTHENTICATION_FLAGS, authenticationOptions } from './kube-apiserver-authentication.ts';
import { readFlagFile, readOptionalFile } from './run-component.ts';

const FLAGS = {
  'data-dir': { type: 'string', help: 'directory of the embedded store, and of certificates when none are given' },
  'etcd-servers': { type: 'list', help: 'keep the objects in etcd instead: https://10.0.0.1:2379' },
  'etcd-cafile': { type: 'string', help: "authority of etcd's certificate" },
  'etcd-certfile': { type: 'string', help: 'certificate towards etcd' },
  'etcd-keyfile': { type: 'string', help: 'its key' },
  'secure-port': { type: 'int', help: 'HTTPS port', default: '6443' },
  'bind-address': { type: 'string', help: 'where to listen', default: '0.0.0.0' },
  'advertise-address': { type: 'string', help: "published as the kubernetes Service's endpoint" },
  'tls-cert-file': { type: 'string', help: 'serving certificate; with --data-dir one is made' },
  'tls-private-key-file': { type: 'string', help: 'its key' },
  'client-ca-file': { type: 'string', help: 'authorities of client certificates' },
  'service-account-key-file': { type: 'list', help: 'keys that verify tokens' },
  'service-account-signing-key-file': { type: 'string', help: 'key that signs tokens' },
  'service-account-issuer': { type: 'string', help: 'issuer of tokens', default: 'https://kubernetes.default.svc.cluster.local' },
  'service-cluster-ip-range': { type: 'list', help: 'addresses of Services', default: '10.96.0.0/12' },
  'service-node-port-range': { type: 'string', help: 'ports of Services on nodes', default: '30000-32767' },
  'authorization-mode': { type: 'list', help: 'Node, RBAC, AlwaysAllow, AlwaysDeny', default: 'Node,RBAC' },
  ...AUTHENTICATION_FLAGS,
  'token-auth-file': { type: 'string', help: 'CSV file of token,user,uid,"groups"' },
  'enable-admission-plugins': { type: 'list', help: 'besides the default ones' },
  'disable-admission-plugins': { type: 'list', help: 'of the default ones' },
  'audit-policy-file': { type: 'string', help: 'which requests are recorded, and how much of them' },
  'audit-log-path': { type: 'string', help: 'file of the records; - for standard output' },
  'audit-log-maxage': { type: 'int', help: 'days that old audit files are kept; 0: for ever', default: '0' },
  'audit-log-maxbackup': { type: 'int', help: 'how many old audit files are kept; 0: all', default: '0' },
  'audit-log-maxsize': { type: 'int', help: 'megabytes from which on an audit file is put aside', default: '100' },
  'max-requests-inflight': { type: 'int', help: 'together with the next: how many requests run at once', default: '400' },
  'max-mutating-requests-inflight': { type: 'int', help: 'see above', default: '200' },
  'kubelet-client-certificate': { type: 'string', help: 'certificate towards kubelets' },
  'kubelet-client-key': { type: 'string', help: 'its key' },
  'kubelet-certificate-authority': { type: 'string', help: "authority of kubelets' certificates" },
  'requestheader-client-ca-file': { type: 'string', help: 'authority of front proxies' },
  'requestheader-allowed-names': { type: 'list', help: 'names front proxies may have' },
  'requestheader-username-headers': { type: 'list', help: 'headers with the user', default: 'X-Remote-User' },
  'requestheader-uid-headers': { type: 'list', help: "headers with the user's uid" },
  'requestheader-group-headers': { type: 'list', help: 'headers with the groups', default: 'X-Remote-Group' },
  'requestheader-extra-headers-prefix': { type: 'list', help: 'beginning of headers with further facts', default: 'X-Remote-Extra-' },
  'runtime-config': { type: 'map', help: 'group/version=true or false, api/all=true' },
  v: { type: 'int', help: 'log level; from 4 on with debug lines', default: '0', short: '-v' },
  help: { type: 'bool', help: 'show this', default: 'false', short: '-h' },
} as const;

type Flags = FlagValues<typeof FLAGS>;
type FileFlag =
  | 'etcd-cafile'
  | 'etcd-certfile'
  | 'etcd-keyfile'
  | 'tls-cert-file'
  | 'tls-private-key-file'
  | 'client-ca-file'
  | 'service-account-signing-key-file'
  | 'kubelet-certificate-authority'
  | 'kubelet-client-certificate'
  | 'kubelet-client-key'
  | 'requestheader-client-ca-file'
  | 'audit-policy-file'
  | 'token-auth-file';
const MODES = ['Node', 'RBAC', 'AlwaysAllow', 'AlwaysDeny'] as const;

/** https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ */
export const command: Command = {
  async run(args) {
    const { flags } = parseFlags(FLAGS, args);
    if (flags.help) {
      process.stdout.write(`The API server, with an embedded store.\n\n${flagHelp(FLAGS)}`);
      return 0;
    }
    if (flags['data-dir'] === undefined && flags['etcd-servers'].length === 0)
      throw new UsageError('--data-dir or --etcd-servers is needed: where the objects are kept');
    const files = await credentialFiles(flags);
    const log = lineLogger({ level: flags.v >= 4 ? 'debug' : 'info', component: 'kube-apiserver' });
    const signal = terminationSignal();
    const storage = await openStorage(flags, log);
    const server = await startApiServer({ ...serverOptions(flags, files), storage, clock: systemClock, random: systemRandom, log });
    log.info('Serving securely', { address: flags['bind-address'], port: server.port });
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await server.stop();
    await storage.close();
    return 0;
  },
};

interface Files {
  readonly certificate: string;
  readonly key: string;
  readonly clientCa: string;
  readonly serviceAccountKeys: readonly string[];
}

async function openStorage(flags: Flags, log: Logger): Promise<Storage> {
  const endpoints = flags['etcd-servers'];
  if (endpoints.length === 0) return lmdbStorage({ directory: join(flags['data-dir'] ?? '', 'store') });
  const read = (flag: FileFlag) => readOptionalFile(flag, flags[flag]);
  const [ca, cert, key] = [read('etcd-cafile'), read('etcd-certfile'), read('etcd-keyfile')];
  const tls = { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
  return etcdStorage({ endpoints, tls, clock: systemClock, log });
}

/** What the flags name, and a PKI of our own in the data directory for what they do not. */
async function credentialFiles(flags: Flags): Promise<Files> {
  const own = join(flags['data-dir'] ?? '', 'pki');
  const given = flags['tls-cert-file'] && flags['client-ca-file'] && flags['service-account-signing-key-file'];
  if (!given) {
    if (flags['data-dir'] === undefined)
      throw new UsageError(
        '--tls-cert-file, --client-ca-file and --service-account-signing-key-file are needed, or --data-dir, where they are made',
      );
    const { address } = await readMachineNetwork();
    const addresses = [flags['advertise-address'], address].filter((a) => a !== undefined);
    const serviceIp = addressIn(flags['service-cluster-ip-range'][0] ?? '', 1);
    const names = { clusterDomain: 'cluster.local', apiServerNames: [machineHostname().toLowerCase()], nodes: [] };
    ensurePki({ dir: own, clock: systemClock, random: systemRandom }, { ...names, serviceIp, apiServerAddresses: addresses });
  }
  const read = (flag: FileFlag, fallback: string) => readFlagFile(flag, flags[flag] ?? join(own, fallback));
  const signing = read('service-account-signing-key-file', 'sa.key');
  return {
    certificate: read('tls-cert-file', 'apiserver.crt'),
    key: read('tls-private-key-file', 'apiserver.key'),
    clientCa: read('client-ca-file', 'ca.crt'),
    serviceAccountKeys: [signing, ...flags['service-account-key-file'].map((f) => readFlagFile('service-account-key-file', f))],
  };
}

function serverOptions(flags: Flags, files: Files): Omit<ApiServerOptions, 'storage' | 'clock' | 'random' | 'log'> {
  const read = (flag: FileFlag) => readOptionalFile(flag, flags[flag]);
  const [ca, cert, key] = [read('kubelet-certificate-authority'), read('kubelet-client-certificate'), read('kubelet-client-key')];
  const proxyCa = read('requestheader-client-ca-file');
  const tokens = read('token-auth-file');
  return {
    https: { cert: files.certificate, key: files.key, host: flags['bind-address'], port: flags['secure-port'] },
    clientCa: files.clientCa,
    ...(proxyCa !== undefined && { requestHeader: requestHeader(flags, proxyCa) }),
    serviceAccountKeys: files.serviceAccountKeys,
    serviceAccountIssuer: flags['service-account-issuer'],
    ...(tokens !== undefined && { staticTokens: parseTokenFile(tokens, flags['token-auth-file'] ?? '') }),
    ...authenticationOptions(flags, flags['service-account-issuer']),
    authorizationModes: flags['authorization-mode'].map(authorizationMode),
    serviceCidrs: flags['service-cluster-ip-range'],
    nodePortRange: portRange(flags['service-node-port-range']),
    ...(flags['advertise-address'] !== undefined && { advertiseAddress: flags['advertise-address'] }),
    kubeletClient: { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) },
    enableAdmissionPlugins: flags['enable-admission-plugins'],
    disableAdmissionPlugins: flags['disable-admission-plugins'],
    requestsInFlight: flags['max-requests-inflight'] + flags['max-mutating-requests-inflight'],
    ...auditOptions(flags, read('audit-policy-file')),
    enabledGroupVersions: groupVersionFilter(flags['runtime-config']),
  };
}

/** Nothing is recorded without both a policy and a place for the records. */
function auditOptions(flags: Flags, policy: string | undefined): Pick<ApiServerOptions, 'audit'> {
  const path = flags['audit-log-path'];
  if (policy === undefined || path === undefined) return {};
  const file = new RotatingFile({
    path,
    maxBytes: flags['audit-log-maxsize'] * 1024 * 1024,
    maxBackups: flags['audit-log-maxbackup'],
    maxAgeDays: flags['audit-log-maxage'],
    clock: systemClock,
  });
  const append = (line: string) => (path === '-' ? void process.stdout.write(line) : file.append(line));
  return { audit: { policy: parseAuditPolicy(policy), write: (event) => append(`${stringifyJson(event)}\n`) } };
}

function requestHeader(flags: Flags, ca: string): Omit<RequestHeaderOptions, 'clock'> {
  return {
    pool: new CaPool(ca),
    allowedNames: flags['requestheader-allowed-names'],
    usernameHeaders: flags['requestheader-username-headers'],
    uidHeaders: flags['requestheader-uid-headers'],
    groupHeaders: flags['requestheader-group-headers'],
    extraHeaderPrefixes: flags['requestheader-extra-headers-prefix'],
  };
}

function authorizationMode(text: string): (typeof MODES)[number] {
  const mode = MODES.find((m) => m === text);
  if (!mode) throw new UsageError(`--authorization-mode=${text} is not supported: it must be one of ${MODES.join(', ')}`);
  return mode;
}

function portRange(text: string): [number, number] {
  const match = /^(\d+)-(\d+)$/.exec(text);
  if (!match) throw new UsageError(`--service-node-port-range: ${text} is no range of ports`);
  return [Number(match[1]), Number(match[2])];
}

/** `--runtime-config`: versions to serve besides those that are served by default. */
function groupVersionFilter(config: Readonly<Record<string, string>>): (group: string, version: string) => boolean {
  return (group, version) => {
    const setting =
      config[group === '' ? version : `${group}/${version}`] ??
      config[`api/${/^v\d+$/.test(version) ? 'ga' : version.includes('beta') ? 'beta' : 'alpha'}`] ??
      config['api/all'];
    return setting === 'true' || setting === '';
  };
}
