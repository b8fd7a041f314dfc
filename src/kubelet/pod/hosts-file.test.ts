import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostNetworkHostsFile, podHostsFile } from './hosts-file.ts';

test('the file of a pod', () =>
  assert.equal(
    podHostsFile({
      ips: ['10.0.0.5', 'fd00::5'],
      hostname: 'web',
      domain: 'sub.default.svc.cluster.local',
      aliases: [{ ip: '1.2.3.4', hostnames: ['foo', 'bar'] }],
    }),
    `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
10.0.0.5\tweb.sub.default.svc.cluster.local\tweb
fd00::5\tweb.sub.default.svc.cluster.local\tweb

# Entries added by HostAliases.
1.2.3.4\tfoo\tbar
`,
  ));

test("on the node's network it is the node's, with aliases", () =>
  assert.equal(
    hostNetworkHostsFile('127.0.0.1 localhost\n', [{ ip: '1.2.3.4', hostnames: ['foo'] }]),
    '# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n\n# Entries added by HostAliases.\n1.2.3.4\tfoo\n',
  ));
