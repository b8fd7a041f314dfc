/** Without root: the control plane is real, the nodes are simulated, and `up` says so. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ClusterUnderTest, TIMEOUT_MS } from './cluster-under-test.ts';

const cluster = new ClusterUnderTest({ unprivileged: true });
after(() => cluster.remove());
const options = { timeout: TIMEOUT_MS };

test('up without root says what is missing and simulates the nodes', options, async () => {
  const output = await cluster.wherry('up', '--nodes', '3', '--example-registry');
  assert.match(output, /containers need root, so the nodes are simulated.*sudo npm run up/);
  assert.match(output, /nodes Ready: node-1, node-2, node-3/);
});

test('workloads run in memory; logs and exec answer', options, async () => {
  await cluster.kubectl('create', 'deployment', 'web', '--image=nginx', '--replicas=6');
  await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  const nodes = await cluster.kubectl('get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}');
  assert.equal(new Set(nodes.split(' ')).size, 3);
  assert.equal(await cluster.kubectl('exec', 'deploy/web', '--', 'echo', 'hello'), 'hello\n');
});

test('down, up again with the data, reset', options, async () => {
  await cluster.wherry('down');
  await cluster.wherry('up');
  assert.match(await cluster.kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}'), /^6$/);
  assert.match(await cluster.wherry('reset'), /data removed/);
});
