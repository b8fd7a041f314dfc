import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, test } from 'node:test';
import { fileExists } from '../../host/files.ts';
import { linkExists } from '../../host/link-exists.ts';
import { prefixedRunner, runCommand } from '../../host/command.ts';
import { systemSysctl } from '../../host/sysctl.ts';
import { planConfig } from '../config/plan-config.ts';
import { topologyOf, type Topology } from './plan.ts';
import { ensureTopology, inNamespace, namespacePath, removeTopology } from './topology.ts';

const root = process.getuid?.() === 0;

test(
  'two namespaces behind a bridge reach each other and the machine; removal leaves nothing',
  { skip: !root && 'needs root' },
  async () => {
    const facts = { dataDir: `/tmp/topology-${process.pid}`, hostname: 'h', address: '192.0.2.1', routes: ['172.30.0.0/17'] };
    const config = planConfig({ nodes: 2, serviceCidr: '10.211.0.0/16' }, undefined, facts);
    const topology = topologyOf(config) as Topology;
    const host = { run: runCommand, sysctl: systemSysctl };
    after(() => removeTopology(host, topology));
    await ensureTopology(host, topology, config.serviceCidr);
    await ensureTopology(host, topology, config.serviceCidr);
    const [one, two] = topology.nodes;
    assert.ok(one && two);
    const inside = prefixedRunner(inNamespace(one.namespace));
    for (const address of [two.address, topology.bridge.address])
      assert.equal((await inside('busybox', ['ping', '-c1', '-W2', address])).code, 0, address);
    assert.match(execFileSync('ip', ['route', 'get', '10.211.0.1'], { encoding: 'utf8' }), new RegExp(`via ${one.address}`));
    await removeTopology(host, topology);
    assert.equal(fileExists(namespacePath(one.namespace)), false);
    assert.equal(linkExists(topology.bridge.name), false);
    assert.doesNotMatch(execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }), new RegExp(topology.bridge.name));
  },
);

test('a cluster on the machine itself has no topology', () => {
  assert.equal(topologyOf(planConfig({}, undefined, { dataDir: '/d', hostname: 'h', address: '192.0.2.1', routes: [] })), undefined);
});
