import { machineHostname } from '../../host/machine-user.ts';
import { startKubeProxy } from '../../network/proxy/kube-proxy.ts';
import type { Command } from '../cli/command.ts';
import { flagHelp, parseFlags, UsageError } from '../cli/flags.ts';
import { CLIENT_FLAGS, runComponent } from './run-component.ts';

const FLAGS = {
  ...CLIENT_FLAGS,
  'hostname-override': { type: 'string', help: "the node's name (the machine's host name)" },
  'cluster-cidr': { type: 'list', help: 'addresses of pods: traffic from elsewhere to a Service is masqueraded' },
  'masquerade-all': { type: 'bool', help: 'masquerade all traffic to Services', default: 'false' },
  'nodeport-addresses': { type: 'list', help: "addresses that take node ports: CIDRs or 'primary'" },
  'proxy-mode': { type: 'string', help: 'only nftables', default: 'nftables' },
  'healthz-bind-address': { type: 'string', help: 'empty for none', default: '0.0.0.0:10256' },
  'metrics-bind-address': { type: 'string', help: 'empty for none', default: '127.0.0.1:10249' },
} as const;

/** https://kubernetes.io/docs/reference/command-line-tools-reference/kube-proxy/ */
export const command: Command = {
  async run(args) {
    const { flags } = parseFlags(FLAGS, args);
    if (flags.help) {
      process.stdout.write(`The network proxy of a node: Services in nftables.\n\n${flagHelp(FLAGS)}`);
      return 0;
    }
    if (flags['proxy-mode'] !== 'nftables')
      throw new UsageError(`--proxy-mode=${flags['proxy-mode']} is not supported: this proxy uses nftables`);
    const nodeName = (flags['hostname-override'] ?? machineHostname()).toLowerCase();
    return runComponent({
      name: 'kube-proxy',
      flags,
      host: nodeName,
      async run(ctx) {
        const proxy = await startKubeProxy(ctx, {
          nodeName,
          clusterCIDRs: flags['cluster-cidr'],
          masqueradeAll: flags['masquerade-all'],
          ...(flags['nodeport-addresses'].length > 0 && { nodePortAddresses: flags['nodeport-addresses'] }),
          healthz: bindAddress(flags['healthz-bind-address']),
          metrics: bindAddress(flags['metrics-bind-address']),
        });
        await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve(), { once: true }));
        await proxy.stop();
      },
    });
  },
};

function bindAddress(text: string): { address: string; port: number } | null {
  if (text === '') return null;
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text);
  if (!match) throw new UsageError(`${text} is no address with a port`);
  return { address: match[1] ?? (match[2] || '0.0.0.0'), port: Number(match[3]) };
}
