/** What every component that starts alone has in common: flags, the way to the API server, leader election, an orderly end. */
import type { ComponentContext } from '../../client/component.ts';
import { loadKubeconfig } from '../../client/kubeconfig.ts';
import { runLeaderElection } from '../../client/leader-election.ts';
import { inClusterConfig, restConfig, transportFor, type RestConfig } from '../../client/rest-config.ts';
import { systemClock, systemRandom } from '../../host/clock.ts';
import { readTextIfExists } from '../../host/files.ts';
import { lineLogger } from '../../host/log.ts';
import { machineHostname } from '../../host/machine-user.ts';
import { terminationSignal } from '../../host/termination.ts';
import { UsageError, type FlagSpecs } from '../cli/flags.ts';
import { componentContext } from '../../client/component-context.ts';

export const CLIENT_FLAGS = {
  kubeconfig: { type: 'string', help: 'kubeconfig file; without it and without --master the one of the pod' },
  master: { type: 'string', help: "the API server's URL, in place of the kubeconfig's" },
  v: { type: 'int', help: 'log level; from 4 on with debug lines', default: '0', short: '-v' },
  help: { type: 'bool', help: 'show this', default: 'false', short: '-h' },
} as const satisfies FlagSpecs;

export const LEADER_FLAGS = {
  'leader-elect': { type: 'bool', help: 'work only while holding the lease', default: 'true' },
  'leader-elect-lease-duration': { type: 'duration', help: 'how long others wait for a holder that is silent', default: '15s' },
  'leader-elect-renew-deadline': { type: 'duration', help: 'how long the holder tries to renew', default: '10s' },
  'leader-elect-retry-period': { type: 'duration', help: 'time between tries', default: '2s' },
  'leader-elect-resource-namespace': { type: 'string', help: 'namespace of the lease', default: 'kube-system' },
} as const satisfies FlagSpecs;

export interface ClientFlags {
  readonly kubeconfig: string | undefined;
  readonly master: string | undefined;
  readonly v: number;
}

export interface LeaderFlags {
  readonly 'leader-elect': boolean;
  readonly 'leader-elect-lease-duration': number;
  readonly 'leader-elect-renew-deadline': number;
  readonly 'leader-elect-retry-period': number;
  readonly 'leader-elect-resource-namespace': string;
}

/** How to reach the API server. Throws UsageError or KubeconfigError. */
export function clientConfig(flags: ClientFlags): RestConfig {
  if (flags.kubeconfig === undefined && flags.master === undefined) return inClusterConfig(process.env);
  const paths = flags.kubeconfig === undefined ? [] : [flags.kubeconfig];
  const config = loadKubeconfig({ paths, required: true }, readTextIfExists);
  return restConfig(config, { server: flags.master });
}

export interface RunOptions {
  readonly name: string;
  /** Source of its events; the name when left out. */
  readonly eventSource?: string;
  readonly flags: ClientFlags;
  /** With it the component works only as the leader. */
  readonly leader?: LeaderFlags;
  /** Node name, for components of a node. */
  readonly host?: string;
  /** Runs until the context's signal aborts. */
  run(ctx: ComponentContext, config: RestConfig): Promise<void>;
}

/** Runs until SIGTERM or SIGINT (exit code 0), or until leadership is lost (1: the caller is expected to start it again). */
export async function runComponent(options: RunOptions): Promise<number> {
  const config = clientConfig(options.flags);
  const signal = terminationSignal();
  const ctx = componentContext({
    transport: transportFor(config, { clock: systemClock, userAgent: options.name }),
    component: options.eventSource ?? options.name,
    ...(options.host !== undefined && { host: options.host }),
    clock: systemClock,
    random: systemRandom,
    log: lineLogger({ level: options.flags.v >= 4 ? 'debug' : 'info' }),
    signal,
  });
  if (!options.leader?.['leader-elect']) return (await options.run(ctx, config), 0);
  const outcome = await lead(options, options.leader, ctx, config);
  if (outcome === 'stopped') return 0;
  ctx.log.warn('leaderelection lost');
  return 1;
}

function lead(options: RunOptions, flags: LeaderFlags, ctx: ComponentContext, config: RestConfig): Promise<'lost' | 'stopped'> {
  const { client, clock, random, log, recorder, signal } = ctx;
  return runLeaderElection({
    client,
    namespace: flags['leader-elect-resource-namespace'],
    name: options.name,
    identity: `${machineHostname()}_${random.uuid()}`,
    clock,
    random,
    log,
    recorder,
    leaseDurationMs: flags['leader-elect-lease-duration'],
    renewDeadlineMs: flags['leader-elect-renew-deadline'],
    retryPeriodMs: flags['leader-elect-retry-period'],
    signal,
    onStartedLeading: (leading) => options.run({ ...ctx, signal: leading }, config),
  });
}

/** The content of a file named by a flag. Throws UsageError when there is none. */
export function readFlagFile(flag: string, path: string): string {
  const text = readTextIfExists(path);
  if (text === undefined) throw new UsageError(`--${flag}: open ${path}: no such file or directory`);
  return text;
}

/** The same for a flag that may be left out. */
export function readOptionalFile(flag: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFlagFile(flag, path);
}
