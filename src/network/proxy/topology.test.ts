import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service, slice, type EndpointDraft } from '../testing/objects.ts';
import { endpointsFromSlices } from './endpoint.ts';
import { servicePorts } from './service-port.ts';
import { categorizeEndpoints } from './topology.ts';

interface Case {
  readonly name: string;
  readonly internal?: 'Local';
  readonly external?: 'Local' | 'Cluster';
  readonly zone?: string;
  /** ip suffix, then: l local, R not ready, S serving, T terminating, z<zone>, n<node>. */
  readonly endpoints: string;
  readonly cluster: string;
  readonly local?: string;
  readonly reachable?: string;
  readonly hasAny?: boolean;
}

/** Upstream's table (pkg/proxy/topology_test.go), in short form. */
const CASES: Case[] = [
  { name: 'zone hints', zone: 'a', endpoints: '3:za 4:zb 5:zb 6:za', cluster: '3 6' },
  {
    name: 'external Local ignores hints',
    external: 'Local',
    zone: 'a',
    endpoints: '3:za,l 4:zb,l 5:zb 6:za',
    cluster: '3 6',
    local: '3 4',
    reachable: '3 4 6',
  },
  { name: 'internal Local ignores hints', internal: 'Local', zone: 'a', endpoints: '3:za,l 4:zb,l 5:zb 6:za', cluster: '', local: '3 4' },
  { name: 'node without a zone', endpoints: '3:za 4:zb', cluster: '3 4' },
  { name: 'node in another zone', zone: 'b', endpoints: '3:za 4:za', cluster: '3 4' },
  { name: 'not ready ones do not count', zone: 'a', endpoints: '3:za 4:zb 5:zb 6:za,R', cluster: '3' },
  { name: 'only not ready ones in the zone', zone: 'a', endpoints: '3:za,R 4:zb 5:zb 6:za,R', cluster: '4 5' },
  { name: 'one hint missing', zone: 'a', endpoints: '3:za 4:zb 5: 6:za', cluster: '3 4 5 6' },
  { name: 'several zones an endpoint', zone: 'c', endpoints: '3:za,zb 4:zb,zc 5:zb,zd 6:zc', cluster: '4 6' },
  { name: 'same node', zone: 'a', endpoints: '3:za,nme 4:zb,nx 5:zb,ny 6:za,nz', cluster: '3' },
  { name: 'same node needs a hint everywhere', zone: 'a', endpoints: '3:za,nme 4:zb,nx 5:zb,ny 6:za', cluster: '3 6' },
  { name: 'same node falls back to the zone', zone: 'a', endpoints: '3:za,nw 4:zb,nx 5:zb,ny 6:za,nz', cluster: '3 6' },
  { name: 'no endpoints', internal: 'Local', endpoints: '', cluster: '', local: '', hasAny: false },
  { name: 'internal Local, all remote', internal: 'Local', endpoints: '0: 1:', cluster: '', local: '', hasAny: true },
  { name: 'internal Local, some local', internal: 'Local', endpoints: '0:l 1:', cluster: '', local: '0' },
  { name: 'none ready', endpoints: '0:R 1:R', cluster: '', hasAny: false },
  { name: 'some ready', endpoints: '0:R 1:', cluster: '1' },
  { name: 'all terminating', endpoints: '0:R,S,T 1:R,T', cluster: '0' },
  { name: 'internal Local and external Cluster', internal: 'Local', external: 'Cluster', endpoints: '0:l 1:', cluster: '0 1', local: '0' },
  { name: 'both Local, all remote', internal: 'Local', external: 'Local', endpoints: '0: 1:', cluster: '0 1', local: '' },
  {
    name: 'both Local, remote and terminating',
    internal: 'Local',
    external: 'Local',
    endpoints: '0:R,S,T 1:R,S,T',
    cluster: '0 1',
    local: '',
  },
  {
    name: 'external Local with terminating',
    external: 'Local',
    endpoints: '0:R,S,T 1:R,S,T,l 2:',
    cluster: '2',
    local: '1',
    reachable: '1 2',
  },
  { name: 'not ready, not serving, not terminating', endpoints: '0:R', cluster: '', hasAny: false },
];

for (const c of CASES) {
  test(c.name, () => {
    const nodePort = c.external ? 30_000 : undefined;
    const [port] = servicePorts(
      service('ns/s', {
        clusterIP: '10.0.0.1',
        type: nodePort ? 'NodePort' : 'ClusterIP',
        internalTrafficPolicy: c.internal ?? 'Cluster',
        externalTrafficPolicy: c.external,
        ports: [{ port: 80, nodePort, protocol: 'TCP' }],
      }),
      4,
    );
    assert.ok(port);
    const drafts = c.endpoints.split(' ').filter(Boolean).map(draft);
    const endpoints = endpointsFromSlices([slice('ns/s', [{ port: 8080 }], drafts)], 4, 'me').get('/tcp') ?? [];
    const result = categorizeEndpoints(endpoints, port, { nodeName: 'me', zone: c.zone ?? '' });
    const suffixes = (list: readonly { ip: string }[]) =>
      list
        .map((e) => e.ip.slice('10.1.2.'.length))
        .sort()
        .join(' ');
    assert.equal(suffixes(result.cluster), c.cluster, 'cluster');
    assert.equal(suffixes(result.local), c.local ?? '', 'local');
    assert.equal(
      suffixes(result.reachable),
      c.reachable ?? [...new Set([...c.cluster.split(' '), ...(c.local ?? '').split(' ')])].filter(Boolean).sort().join(' '),
    );
    assert.equal(result.hasAny, c.hasAny ?? true, 'hasAny');
  });
}

function draft(text: string): EndpointDraft {
  const [suffix, flags = ''] = text.split(':');
  const list = flags.split(',');
  const has = (flag: string) => list.includes(flag);
  const hints = (letter: string) => list.filter((f) => f.startsWith(letter)).map((f) => f.slice(1));
  return {
    ip: `10.1.2.${suffix}`,
    node: has('l') ? 'me' : 'other',
    ready: !has('R'),
    serving: !has('R') || has('S'),
    terminating: has('T'),
    ...(hints('z').length > 0 && { zones: hints('z') }),
    ...(hints('n').length > 0 && { nodes: hints('n') }),
  };
}
