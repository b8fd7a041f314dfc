/** GET /metrics/cadvisor: the main series of https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md */
import type { DiskUsage } from '../../host/disk-usage.ts';
import type { MachineFacts } from '../../host/machine-facts.ts';
import { Quantity } from '../../machinery/quantity.ts';
import type { InterfaceUsage } from '../stats/net-dev.ts';
import type { PodUsage, Usage } from '../stats/pod-usages.ts';
import { exposition, type MetricFamily } from './exposition.ts';

export interface CadvisorInput {
  readonly machine: MachineFacts;
  readonly node: Usage | undefined;
  readonly pods: readonly PodUsage[];
  /** By uid of the pod. */
  readonly networks: ReadonlyMap<string, readonly InterfaceUsage[]>;
  /** Writable layers by container. */
  readonly layers: ReadonlyMap<string, DiskUsage>;
  readonly now: number;
}

interface Row {
  readonly labels: Readonly<Record<string, string>>;
  readonly usage: Usage;
  readonly startedAt: number | undefined;
  readonly layer?: DiskUsage | undefined;
  readonly limits?: Readonly<Record<string, string>> | undefined;
}

type Series = readonly [name: string, type: MetricFamily['type'], help: string, value: (row: Row) => number | undefined];

const SERIES: readonly Series[] = [
  ['container_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed in seconds.', (r) => r.usage.cpuNanos / 1e9],
  [
    'container_memory_usage_bytes',
    'gauge',
    'Current memory usage in bytes, including all memory regardless of when it was accessed',
    (r) => r.usage.memory,
  ],
  ['container_memory_working_set_bytes', 'gauge', 'Current working set in bytes.', (r) => r.usage.workingSet],
  ['container_memory_rss', 'gauge', 'Size of RSS in bytes.', (r) => r.usage.rss],
  ['container_memory_cache', 'gauge', 'Number of bytes of page cache memory.', (r) => r.usage.cache],
  ['container_memory_swap', 'gauge', 'Container swap usage in bytes.', (r) => r.usage.swap],
  ['container_fs_usage_bytes', 'gauge', 'Number of bytes that are consumed by the container on this filesystem.', (r) => r.layer?.bytes],
  [
    'container_start_time_seconds',
    'gauge',
    'Start time of the container since unix epoch in seconds.',
    (r) => r.startedAt && r.startedAt / 1000,
  ],
  ['container_spec_memory_limit_bytes', 'gauge', 'Memory limit for the container.', (r) => r.limits && amount(r.limits['memory'])],
  ['container_spec_cpu_period', 'gauge', 'CPU period of the container.', (r) => (r.limits?.['cpu'] ? 100_000 : undefined)],
  [
    'container_spec_cpu_quota',
    'gauge',
    'CPU quota of the container.',
    (r) => (r.limits?.['cpu'] ? amount(r.limits['cpu']) * 100_000 : undefined),
  ],
];

const NETWORK: readonly (readonly [string, string, keyof InterfaceUsage])[] = [
  ['container_network_receive_bytes_total', 'Cumulative count of bytes received', 'rxBytes'],
  ['container_network_receive_errors_total', 'Cumulative count of errors encountered while receiving', 'rxErrors'],
  ['container_network_transmit_bytes_total', 'Cumulative count of bytes transmitted', 'txBytes'],
  ['container_network_transmit_errors_total', 'Cumulative count of errors encountered while transmitting', 'txErrors'],
];

export function cadvisorMetrics(input: CadvisorInput): string {
  const { machine, now: time } = input;
  const rows = rowsOf(input);
  const families: MetricFamily[] = SERIES.map(([name, type, help, value]) => ({
    name,
    type,
    help,
    samples: rows.flatMap((row) => {
      const number = value(row);
      return number === undefined ? [] : [{ labels: row.labels, value: number, time }];
    }),
  }));
  for (const [name, help, field] of NETWORK) families.push({ name, type: 'counter', help, samples: networkSamples(input, field) });
  families.push({
    name: 'machine_cpu_cores',
    type: 'gauge',
    help: 'Number of logical CPU cores.',
    samples: [{ labels: ids(machine), value: machine.cpus, time }],
  });
  families.push({
    name: 'machine_memory_bytes',
    type: 'gauge',
    help: 'Amount of memory installed on the machine.',
    samples: [{ labels: ids(machine), value: machine.memory, time }],
  });
  return exposition(families);
}

function rowsOf({ node, pods, layers }: CadvisorInput): Row[] {
  const none = { container: '', image: '', name: '', namespace: '', pod: '' };
  const rows: Row[] = node ? [{ labels: { ...none, id: '/' }, usage: node, startedAt: undefined }] : [];
  for (const { pod, cgroup, usage, startedAt, containers } of pods) {
    const of = { namespace: pod.metadata.namespace, pod: pod.metadata.name };
    rows.push({ labels: { ...none, ...of, id: cgroup }, usage, startedAt });
    for (const { status, cgroup: id, usage: used } of containers) {
      const labels = { ...of, container: status.name, id, image: status.image, name: status.id };
      const spec = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((c) => c.name === status.name);
      rows.push({ labels, usage: used, startedAt: status.startedAt, layer: layers.get(status.id), limits: spec?.resources?.limits ?? {} });
    }
  }
  return rows;
}

function networkSamples({ pods, networks, now: time }: CadvisorInput, field: keyof InterfaceUsage): MetricFamily['samples'] {
  return pods.flatMap(({ pod, cgroup }) =>
    (networks.get(pod.metadata.uid) ?? []).map((i) => ({
      labels: {
        container: '',
        id: cgroup,
        image: '',
        interface: i.name,
        name: '',
        namespace: pod.metadata.namespace,
        pod: pod.metadata.name,
      },
      value: Number(i[field]),
      time,
    })),
  );
}

function ids({ bootId, machineId, systemUuid }: MachineFacts) {
  return { boot_id: bootId, machine_id: machineId, system_uuid: systemUuid };
}

function amount(text: string | undefined): number {
  return text === undefined ? 0 : Quantity.parse(text).milliValue() / 1000;
}
