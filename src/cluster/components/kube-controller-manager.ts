import { SigningKey } from '../../apiserver/authn/service-account/keys.ts';
import { Client } from '../../client/client.ts';
import type { ComponentContext } from '../../client/component.ts';
import type { RestConfig } from '../../client/rest-config.ts';
import { controllers, startControllers, type ControllerOptions } from '../../controllers/index.ts';
import type { Command } from '../cli/command.ts';
import { flagHelp, parseFlags, type FlagValues } from '../cli/flags.ts';
import { serviceAccountOf } from '../../apiserver/authn/component-users.ts';
import { legacyTokenSigner } from '../../apiserver/authn/service-account/legacy-token-signer.ts';
import { CLIENT_FLAGS, LEADER_FLAGS, readOptionalFile, runComponent } from './run-component.ts';
import { serviceAccountClients } from './service-account-clients.ts';

const FLAGS = {
  ...CLIENT_FLAGS,
  ...LEADER_FLAGS,
  controllers: { type: 'list', help: "which ones: '*' for all, a name to add, -name to leave out", default: '*' },
  'use-service-account-credentials': { type: 'bool', help: 'each controller acts as a service account of its own', default: 'false' },
  'cluster-cidr': { type: 'list', help: 'addresses of pods' },
  'service-cluster-ip-range': { type: 'list', help: 'addresses of Services' },
  'allocate-node-cidrs': { type: 'bool', help: 'give each node a range of pod addresses', default: 'false' },
  'node-cidr-mask-size-ipv4': { type: 'int', help: "size of a node's range", default: '24' },
  'node-cidr-mask-size-ipv6': { type: 'int', help: "size of a node's range", default: '64' },
  'root-ca-file': { type: 'string', help: 'published as kube-root-ca.crt' },
  'service-account-private-key-file': { type: 'string', help: 'signs the tokens of service account token Secrets' },
  'cluster-signing-cert-file': { type: 'string', help: 'authority that signs certificate signing requests' },
  'cluster-signing-key-file': { type: 'string', help: 'its key' },
  'cluster-signing-duration': { type: 'duration', help: 'longest validity of a signed certificate', default: '8760h' },
  'node-monitor-period': { type: 'duration', help: 'how often nodes are looked at', default: '5s' },
  'node-monitor-grace-period': { type: 'duration', help: 'silence after which a node counts as lost', default: '50s' },
  'terminated-pod-gc-threshold': { type: 'int', help: 'how many ended pods may stay', default: '12500' },
} as const;

type Flags = FlagValues<typeof FLAGS>;

/** https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ */
export const command: Command = {
  async run(args) {
    const { flags } = parseFlags(FLAGS, args);
    if (flags.help) {
      process.stdout.write(`The controllers of Kubernetes.\n\n${flagHelp(FLAGS)}`);
      return 0;
    }
    const options = controllerOptions(flags);
    const names = chosenControllers(flags.controllers);
    return runComponent({
      name: 'kube-controller-manager',
      flags,
      leader: flags,
      run: (ctx, config) => run(ctx, config, options, names, flags),
    });
  },
};

function run(ctx: ComponentContext, config: RestConfig, options: ControllerOptions, names: string[], flags: Flags): Promise<void> {
  const clients = flags['use-service-account-credentials'] ? serviceAccountClients(ctx, config) : undefined;
  const clientFor = (name: string): Client => {
    const account = serviceAccountOf(name);
    return account === undefined || !clients ? ctx.client : clients(account);
  };
  return startControllers({ ...ctx, options, clientFor }, { names });
}

function controllerOptions(flags: Flags): ControllerOptions {
  const files = ['root-ca-file', 'cluster-signing-cert-file', 'cluster-signing-key-file', 'service-account-private-key-file'] as const;
  const [rootCA, certificate, privateKey, signingKey] = files.map((flag) => readOptionalFile(flag, flags[flag]));
  return {
    ...(flags['allocate-node-cidrs'] && { clusterCIDR: flags['cluster-cidr'] }),
    serviceCIDR: flags['service-cluster-ip-range'],
    nodeCIDRMaskSizeIPv4: flags['node-cidr-mask-size-ipv4'],
    nodeCIDRMaskSizeIPv6: flags['node-cidr-mask-size-ipv6'],
    ...(rootCA !== undefined && { rootCA }),
    ...(certificate !== undefined && privateKey !== undefined && { clusterSigning: { certificate, privateKey } }),
    clusterSigningDurationMs: flags['cluster-signing-duration'],
    nodeMonitorPeriodMs: flags['node-monitor-period'],
    nodeMonitorGracePeriodMs: flags['node-monitor-grace-period'],
    terminatedPodGCThreshold: flags['terminated-pod-gc-threshold'],
    ...(signingKey !== undefined && { signLegacyServiceAccountToken: legacyTokenSigner(SigningKey.fromPem(signingKey)) }),
  };
}

/** `*,-ttl-controller`: all but one; `job-controller`: that one alone. */
function chosenControllers(list: readonly string[]): string[] {
  const without = new Set(list.filter((n) => n.startsWith('-')).map((n) => n.slice(1)));
  const named = list.filter((n) => !n.startsWith('-') && n !== '*');
  const all = list.includes('*') ? controllers.map((c) => c.name) : [];
  return [...new Set([...all, ...named])].filter((n) => !without.has(n));
}
