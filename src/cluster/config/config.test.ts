import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../cli/flags.ts';
import { loopbackPorts, nodeRegistryMirrors, registryMirrors } from './registry-mirrors.ts';
import { planConfig, type MachineFacts } from './plan-config.ts';

const facts: MachineFacts = { dataDir: '/var/lib/wherry', hostname: 'My_Laptop.local', address: '192.0.2.7', routes: ['192.0.2.0/24'] };

test('one node is the machine itself', () => {
  const config = planConfig({}, undefined, facts);
  assert.deepEqual(config.nodes, [{ name: 'my-laptop.local', address: '192.0.2.7' }]);
  assert.equal(config.advertiseAddress, '192.0.2.7');
  assert.equal(config.dnsAddress, '10.96.0.10');
  assert.equal(config.bridge, undefined);
  assert.match(config.id, /^[0-9a-f]{6}$/);
});

test('several nodes are network namespaces behind a bridge that meets no route', () => {
  const config = planConfig({ nodes: 2 }, undefined, { ...facts, routes: ['172.30.0.0/23', '10.0.0.0/8'] });
  assert.deepEqual(config.bridge, { name: `wherry-${config.id}`, address: '172.30.2.1', cidr: '172.30.2.0/24' });
  assert.deepEqual(config.nodes[1], { name: 'node-2', address: '172.30.2.12', namespace: `wherry-${config.id}-node-2` });
  assert.equal(config.advertiseAddress, '172.30.2.1');
  assert.ok(config.nodes.every((n) => n.namespace));
  assert.ok((config.bridge?.name.length ?? 99) <= 15, 'an interface name has at most 15 characters');
});

test('ranges that the machine has routes to are not taken', () => {
  const config = planConfig({}, undefined, { ...facts, routes: ['10.244.3.0/24', '10.96.0.0/12'] });
  assert.deepEqual([config.podCidr, config.serviceCidr, config.dnsAddress], ['10.245.0.0/16', '10.112.0.0/12', '10.112.0.10']);
  assert.equal(planConfig({}, undefined, { ...facts, routes: ['10.0.0.0/8'] }).podCidr, '10.244.0.0/16');
});

test('a machine without an address gets one on a bridge', () => {
  const config = planConfig({}, undefined, { ...facts, address: undefined, routes: [] });
  assert.deepEqual(config.nodes, [{ name: 'my-laptop.local', address: '172.30.0.1' }]);
});

test('an existing cluster keeps what it is, and may grow behind its bridge', () => {
  const two = planConfig({ nodes: 2, podCidr: '10.50.0.0/16' }, undefined, facts);
  const again = planConfig({}, two, { ...facts, hostname: 'other', address: '198.51.100.1' });
  assert.deepEqual(again, two);
  const three = planConfig({ nodes: 3, port: 7443 }, two, facts);
  assert.deepEqual([three.nodes.length, three.port, three.podCidr], [3, 7443, '10.50.0.0/16']);
  const fails = (request: Parameters<typeof planConfig>[0], existing: Parameters<typeof planConfig>[1], message: RegExp) =>
    assert.throws(
      () => planConfig(request, existing, facts),
      (e) => e instanceof UsageError && message.test(e.message),
    );
  fails({ nodes: 1 }, two, /cannot shrink to 1\. .*wherry reset/);
  fails({ nodes: 2 }, planConfig({}, undefined, facts), /cannot grow to 2/);
  fails({ serviceCidr: '10.0.0.0/24' }, two, /cannot be changed/);
  fails({ nodes: 0 }, undefined, /between 1 and/);
  fails({ serviceCidr: 'nonsense' }, undefined, /no address range/);
});

test('one node of a machine whose address changed gets the new address', () => {
  const before = planConfig({}, undefined, facts);
  const after = planConfig({}, before, { ...facts, address: '198.51.100.9', hostname: 'renamed' });
  assert.deepEqual(after.nodes, [{ name: 'my-laptop.local', address: '198.51.100.9' }]);
});

test('registries on loopback are reached from namespaces at the address of the bridge', () => {
  const request = { registryMirrors: ['registry.k8s.io=http://127.0.0.1:5000,https://mirror.example'], exampleRegistryPort: 5005 };
  const one = planConfig(request, undefined, facts);
  assert.deepEqual(nodeRegistryMirrors(one), registryMirrors(one));
  const two = planConfig({ ...request, nodes: 2 }, undefined, facts);
  assert.deepEqual(nodeRegistryMirrors(two), [
    { registry: 'registry.k8s.io', endpoints: ['http://172.30.0.1:5000', 'https://mirror.example'] },
    { registry: 'localhost:5005', endpoints: ['http://172.30.0.1:5005'] },
  ]);
  assert.deepEqual(loopbackPorts(registryMirrors(two)), [5000, 5005]);
});
