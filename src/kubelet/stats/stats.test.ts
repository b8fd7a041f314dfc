import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cgroups } from '../../host/cgroups.ts';
import { cgroupUsage } from './cgroup-usage.ts';
import { CpuRates } from './cpu-rates.ts';
import { parseNetDev } from './net-dev.ts';

const cgroups = (version: 'v1' | 'v2', files: Readonly<Record<string, string>>) =>
  ({ version, readFile: (_controller: string, _path: string, file: string) => files[file] }) as unknown as Cgroups;

test('what a group uses, from either version of cgroups', () => {
  const v1 = cgroups('v1', {
    'cpuacct.usage': '5000000000',
    'memory.usage_in_bytes': '1000',
    'memory.stat': 'cache 1\ntotal_cache 300\ntotal_rss 600\ntotal_inactive_file 200\ntotal_pgfault 7\ntotal_pgmajfault 2',
  });
  const v2 = cgroups('v2', {
    'cpu.stat': 'usage_usec 5000000\nuser_usec 1',
    'memory.current': '1000',
    'memory.stat': 'anon 600\nfile 300\ninactive_file 200\npgfault 7\npgmajfault 2',
  });
  const expected = { cpuNanos: 5e9, memory: 1000, workingSet: 800, rss: 600, cache: 300, swap: 0, pageFaults: 7, majorPageFaults: 2 };
  assert.deepEqual(cgroupUsage(v1, '/x'), expected);
  assert.deepEqual(cgroupUsage(v2, '/x'), expected);
  assert.equal(cgroupUsage(cgroups('v2', {}), '/gone'), undefined);
});

test('rates need two readings some time apart', () => {
  const rates = new CpuRates();
  assert.equal(rates.take('a', 0, 0), undefined);
  assert.equal(rates.take('a', 1000, 1e9), undefined, 'too soon');
  assert.equal(rates.take('a', 10_000, 5e9), 5e8);
  assert.equal(rates.take('a', 11_000, 5.5e9), Math.round(5.5e9 / 11), 'from the reading before the last');
  assert.equal(rates.take('a', 20_000, 1e6), undefined, 'the counter began anew');
});

test('counters of interfaces', () =>
  assert.deepEqual(
    parseNetDev(`Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    9    1    0    0    0     0          0         0   9    1    0    0    0     0       0          0
  eth0: 1500   10    1    0    0     0          0         0     2500     20    2    0    0     0       0          0
`),
    [{ name: 'eth0', rxBytes: 1500, rxErrors: 1, txBytes: 2500, txErrors: 2 }],
  ));
