import { join } from 'node:path';
import { selfCommand } from '../../host/self-command.ts';
import type { Cluster } from '../config/open-cluster.ts';
import { nodePaths } from '../config/paths.ts';
import { exampleRegistryCommand } from '../example-registry/example-registry.ts';
import { inNamespace } from '../topology/topology.ts';
import type { ChildSpec } from './supervisor.ts';

export const SERVER = 'server';
export const agentOf = (node: string): string => `agent-${node}`;

/** The processes of a cluster: a server, an agent for each node, the example's registry. Agents stop first, the server after them. */
export function clusterChildren({ config, paths }: Cluster): ChildSpec[] {
  const server: ChildSpec = {
    name: SERVER,
    command: selfCommand('serve', '--data-dir', paths.dataDir),
    logFile: join(paths.logs, 'server.log'),
    stopOrder: 2,
    graceMs: 10_000,
  };
  const agents = (config.simulated ? [] : config.nodes).map((node): ChildSpec => {
    const command = selfCommand('agent', '--data-dir', paths.dataDir, '--node', node.name);
    return {
      name: agentOf(node.name),
      command: node.namespace ? (inNamespace(node.namespace).concat(command) as [string, ...string[]]) : command,
      logFile: nodePaths(paths, node.name).agentLog,
      offFile: nodePaths(paths, node.name).offFile,
      stopOrder: 1,
      graceMs: 10_000,
    };
  });
  if (config.exampleRegistryPort === undefined) return [server, ...agents];
  const registry: ChildSpec = {
    name: 'example-registry',
    command: exampleRegistryCommand(paths.registryDir, config.exampleRegistryPort),
    logFile: join(paths.logs, 'example-registry.log'),
    stopOrder: 3,
    graceMs: 2_000,
  };
  return [server, ...agents, registry];
}
