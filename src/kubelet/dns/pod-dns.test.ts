import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testPod } from '../testing/test-pod.ts';
import { podDns } from './pod-dns.ts';
import { parseResolvConf } from './resolv-conf.ts';

const host = { servers: ['9.9.9.9'], searches: ['example.com'], options: ['rotate'] };
const settings = { host, clusterDNS: ['10.96.0.10'], clusterDomain: 'cluster.local', nodeIPs: ['10.0.0.1'] };

test('resolv.conf: last search line wins, trailing dots go, options are unique by name', () => {
  const text = '# c\nnameserver 1.1.1.1\nnameserver  2.2.2.2 \nsearch a\nsearch b. . c\noptions ndots:1 rotate\noptions ndots:3\n';
  assert.deepEqual(parseResolvConf(text), { servers: ['1.1.1.1', '2.2.2.2'], searches: ['b', 'c'], options: ['ndots:3', 'rotate'] });
  assert.throws(() => parseResolvConf('nameserver'), /nameserver list is empty/);
});

test('ClusterFirst asks the cluster, with the namespace first', () => {
  assert.deepEqual(podDns(testPod({ spec: { dnsPolicy: 'ClusterFirst' } }), settings).config, {
    servers: ['10.96.0.10'],
    searches: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.com'],
    options: ['ndots:5'],
  });
});

test('ClusterFirst on the host network, and Default, use the node', () => {
  assert.deepEqual(podDns(testPod({ spec: { dnsPolicy: 'ClusterFirst', hostNetwork: true } }), settings).config, host);
  assert.deepEqual(podDns(testPod({ spec: { dnsPolicy: 'Default' } }), settings).config, host);
  assert.deepEqual(podDns(testPod({ spec: { dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true } }), settings).config.servers, [
    '10.96.0.10',
  ]);
});

test('None takes only what the pod says', () => {
  const dnsConfig = { nameservers: ['1.2.3.4'], searches: ['x.y'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] };
  assert.deepEqual(podDns(testPod({ spec: { dnsPolicy: 'None', dnsConfig } }), settings).config, {
    servers: ['1.2.3.4'],
    searches: ['x.y'],
    options: ['ndots:2', 'edns0'],
  });
});

test('more than three nameservers are cut with an event', () => {
  const dnsConfig = { nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'] };
  const result = podDns(testPod({ spec: { dnsPolicy: 'None', dnsConfig } }), settings);
  assert.equal(result.config.servers.length, 3);
  assert.equal(result.warnings[0]?.reason, 'DNSConfigForming');
});
