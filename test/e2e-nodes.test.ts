/** Two nodes on one machine: pods of both reach each other, the Services and the API server. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ClusterUnderTest, eventually, root, TIMEOUT_MS } from './cluster-under-test.ts';

const cluster = new ClusterUnderTest();
after(() => cluster.remove());
const kubectl = cluster.kubectl.bind(cluster);
const options = { timeout: TIMEOUT_MS };

interface PodFacts {
  readonly name: string;
  readonly node: string;
  readonly ip: string;
}

async function webPods(): Promise<PodFacts[]> {
  const fields = '{.metadata.name} {.spec.nodeName} {.status.podIP}';
  const text = await kubectl('get', 'pods', '-l', 'app=web', '-o', `jsonpath={range .items[*]}${fields}{"\\n"}{end}`);
  const pods = text
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  return pods.map(([name = '', node = '', ip = '']) => ({ name, node, ip }));
}

test('two nodes are Ready', options, async () => {
  assert.match(await cluster.wherry('up', '--nodes', '2', '--example-registry'), /nodes Ready: node-1, node-2/);
});

test('pods of both nodes reach each other and the Services', options, async () => {
  await kubectl('apply', '-f', join(root, 'examples/visits/visits.yaml'));
  await kubectl('scale', 'deployment/web', '--replicas=4');
  await kubectl('rollout', 'status', 'deployment/store', '--timeout=120s');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  const pods = await webPods();
  assert.deepEqual([...new Set(pods.map((p) => p.node))].sort(), ['node-1', 'node-2']);
  const get = (from: PodFacts, host: string, port: number) =>
    kubectl('exec', from.name, '--', 'sh', '-c', `printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' | nc -w 5 ${host} ${port}`);
  for (const from of pods) {
    for (const to of pods) assert.match(await get(from, to.ip, 8080), /ok/, `${from.name} on ${from.node} to ${to.name} on ${to.node}`);
    assert.match(await get(from, 'web', 80), /ok/, `${from.name} on ${from.node} to the Service`);
  }
});

test('the machine reaches pods, Services and node ports of every node', options, async () => {
  const clusterIp = await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
  const nodes = (await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.addresses[0].address}')).split(' ');
  const urls = [`${clusterIp}`, ...nodes.map((n) => `${n}:30080`), ...(await webPods()).map((p) => `${p.ip}:8080`)];
  for (const url of urls)
    assert.match(
      await eventually(() => cluster.inside('curl', '-sSf', '-m5', `http://${url}/`), 10_000),
      /^Hello from web-\S+: visit \d/,
      url,
    );
});

test('a node that is switched off loses its pods to the others, and comes back', options, async () => {
  // Pods that do not wait the usual five minutes for their node.
  const tolerations = ['not-ready', 'unreachable'].map((t) => ({
    key: `node.kubernetes.io/${t}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 1,
  }));
  await kubectl('patch', 'deployment', 'web', '--type=merge', '-p', JSON.stringify({ spec: { template: { spec: { tolerations } } } }));
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  await cluster.wherry('down', '--node', 'node-2');
  await kubectl('wait', 'node/node-2', '--for=condition=Ready=Unknown', '--timeout=90s');
  await eventually(async () => {
    const running = await kubectl(
      'get',
      'pods',
      '-l',
      'app=web',
      '-o',
      'jsonpath={range .items[?(@.spec.nodeName=="node-1")]}{.status.phase} {end}',
    );
    assert.equal(running.trim(), 'Running Running Running Running');
  }, 30_000);
  assert.match(await cluster.wherry('up'), /nodes Ready: node-1, node-2/);
});
