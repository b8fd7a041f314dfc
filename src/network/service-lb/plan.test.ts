import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node, service, slice } from '../testing/objects.ts';
import { planBalancer } from './plan.ts';

const ready = (name: string, ip: string, extra: { labels?: Record<string, string>; ready?: boolean } = {}) => {
  const made = node(name, { ip, ...(extra.labels && { labels: extra.labels }) });
  return {
    ...made,
    status: { ...made.status, conditions: [{ type: 'Ready', status: (extra.ready ?? true) ? 'True' : 'False' }] },
  } as typeof made;
};

const lb = (name: string, port: number, spec: object = {}) =>
  service(name, { type: 'LoadBalancer', clusterIP: '10.0.0.1', ipFamilies: ['IPv4'], ports: [{ port }], ...spec });

const plan = (services: ReturnType<typeof service>[], slices: ReturnType<typeof slice>[] = []) =>
  planBalancer(
    {
      services,
      nodes: [
        ready('n2', '192.0.2.2'),
        ready('n1', '192.0.2.1'),
        ready('down', '192.0.2.3', { ready: false }),
        ready('out', '192.0.2.4', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }),
      ],
      slices: () => slices,
      reservedPorts: new Set(['tcp/22']),
    },
    'wherry.dev/nodes',
  ).map(({ service: { metadata }, ingress, problem }) => [metadata.name, ingress.map((i) => i.ip).join(' '), problem]);

test('ready nodes that are not excluded; the oldest service keeps a port; reserved ports; other classes', () => {
  const younger = lb('ns/younger', 80);
  younger.metadata.creationTimestamp = '2026-02-01T00:00:00Z';
  assert.deepEqual(
    plan([
      younger,
      lb('ns/older', 80),
      lb('ns/ssh', 22),
      lb('ns/udp', 80, { ports: [{ port: 80, protocol: 'UDP' }] }),
      lb('ns/foreign', 81, { loadBalancerClass: 'example.com/x' }),
      lb('ns/ours', 82, { loadBalancerClass: 'wherry.dev/nodes' }),
      service('ns/plain', { clusterIP: '10.0.0.1', ports: [{ port: 83 }] }),
    ]),
    [
      ['older', '192.0.2.1 192.0.2.2', undefined],
      ['ours', '192.0.2.1 192.0.2.2', undefined],
      ['ssh', '', 'port tcp/22 is used by the nodes themselves'],
      ['udp', '192.0.2.1 192.0.2.2', undefined],
      ['younger', '', 'port tcp/80 is taken by the service ns/older'],
    ],
  );
});

test('under external policy Local only nodes with endpoints; a wanted address; IPv6 without such addresses', () => {
  const slices = [
    slice(
      'ns/web',
      [{ port: 80 }],
      [
        { ip: '10.244.0.1', node: 'n2' },
        { ip: '10.244.0.2', node: 'n1', ready: false },
      ],
    ),
  ];
  assert.deepEqual(plan([lb('ns/web', 80, { externalTrafficPolicy: 'Local' })], slices), [['web', '192.0.2.2', undefined]]);
  assert.deepEqual(plan([lb('ns/web', 80, { loadBalancerIP: '192.0.2.1' })]), [['web', '192.0.2.1', undefined]]);
  assert.deepEqual(plan([lb('ns/web', 80, { ipFamilies: ['IPv6'] })]), [['web', '', undefined]]);
});
