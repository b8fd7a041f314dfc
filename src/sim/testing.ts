/**
 * `wherry/testing`: a whole Kubernetes control plane inside a test, in milliseconds.
 *
 *     const cluster = await startCluster({ nodes: 2 });
 *     await cluster.client.resource(deployments).create({ metadata: { name: 'web', namespace: 'default' }, spec: ... });
 *     await cluster.waitFor(deployments, 'web', (d) => d?.status?.availableReplicas === 3);
 *     await cluster.close();
 */
export { startCluster } from './cluster/start-cluster.ts';
export type { ClusterOptions, NodeSpec } from './cluster/cluster-options.ts';
export type { ExecOptions, TestCluster, WaitOptions } from './cluster/test-cluster.ts';
export type { ExecCall, ExecProgram } from './kubelet-api/exec-program.ts';
export type { SimNode } from './node/sim-node.ts';
export { Client } from '../client/client.ts';
export * from '../client/resources.ts';
export { StatusError } from '../machinery/status-error.ts';
export { lineLogger } from '../host/log.ts';
