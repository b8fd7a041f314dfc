/** Makes and removes the network of a cluster whose nodes are network namespaces of this machine. */
import type { CommandRunner } from '../../host/command.ts';
import { fileExists } from '../../host/files.ts';
import { linkExists } from '../../host/link-exists.ts';
import type { Sysctl } from '../../host/sysctl.ts';
import { bridgeCommands, insideCommands, bridgeRuleset, nodeCommands, serviceRoute, type Topology } from './plan.ts';

export interface TopologyHost {
  readonly run: CommandRunner;
  readonly sysctl: Sysctl;
}

/** Where iproute2 keeps named network namespaces. */
export const namespacePath = (name: string): string => `/run/netns/${name}`;

/** A command line's beginning that runs the rest in a namespace. Not `ip netns exec`: that hides mounts made inside from containerd. */
export const inNamespace = (name: string): string[] => ['nsenter', `--net=${namespacePath(name)}`];

/** Makes what is missing; what is there stays as it is. */
export async function ensureTopology(host: TopologyHost, topology: Topology, serviceCidr: string): Promise<void> {
  host.sysctl.set('net/ipv4/ip_forward', '1');
  if (!linkExists(topology.bridge.name)) await ipBatch(host.run, [], bridgeCommands(topology));
  for (const [index, node] of topology.nodes.entries()) {
    if (fileExists(namespacePath(node.namespace))) continue;
    await ipBatch(host.run, [], nodeCommands(topology, index));
    await ipBatch(host.run, inNamespace(node.namespace), insideCommands(topology, index));
    await command(host.run, [...inNamespace(node.namespace), 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1'], '');
  }
  if (topology.nodes.length === 0) return;
  // Without this the kernel drops what comes from outside for 127.0.0.1.
  if (topology.loopbackPorts.length) host.sysctl.set(`net/ipv4/conf/${topology.bridge.name}/route_localnet`, '1');
  await ipBatch(host.run, [], [serviceRoute(topology, serviceCidr)]);
  await command(host.run, ['nft', '-f', '-'], bridgeRuleset(topology));
  await allowForwarding(host.run, topology.bridge.name);
}

/** Removes it all; what is not there is no error. */
export async function removeTopology(host: TopologyHost, topology: Topology): Promise<void> {
  for (const node of topology.nodes)
    if (fileExists(namespacePath(node.namespace))) await command(host.run, ['ip', 'netns', 'delete', node.namespace], '');
  if (linkExists(topology.bridge.name)) await command(host.run, ['ip', 'link', 'delete', topology.bridge.name], '');
  if (topology.nodes.length === 0) return;
  await command(host.run, ['nft', '-f', '-'], `add table ip ${topology.bridge.name}\ndelete table ip ${topology.bridge.name}\n`);
  for (const rule of forwardRules(topology.bridge.name)) await host.run('iptables', ['-D', 'FORWARD', ...rule]); // Fails when it was never there.
}

const forwardRules = (bridge: string) => [
  ['-i', bridge, '-j', 'ACCEPT'],
  ['-o', bridge, '-j', 'ACCEPT'],
];

/** Docker and others make the machine drop what it forwards; the nodes' packets are let through by name. */
async function allowForwarding(run: CommandRunner, bridge: string): Promise<void> {
  const { code, stdout } = await run('iptables', ['-S', 'FORWARD']);
  if (code !== 0 || !stdout.includes('-P FORWARD DROP')) return;
  for (const rule of forwardRules(bridge)) {
    if ((await run('iptables', ['-C', 'FORWARD', ...rule])).code === 0) continue;
    await command(run, ['iptables', '-I', 'FORWARD', ...rule], '');
  }
}

async function ipBatch(run: CommandRunner, prefix: readonly string[], lines: readonly string[]): Promise<void> {
  await command(run, [...prefix, 'ip', '-batch', '-'], `${lines.join('\n')}\n`);
}

async function command(run: CommandRunner, [file = '', ...args]: readonly string[], input: string): Promise<void> {
  const { code, stderr } = await run(file, args, { input });
  if (code !== 0) throw new Error(`Cannot set up the nodes' network: ${file} ${args.join(' ')} failed: ${stderr.trim()}`);
}
