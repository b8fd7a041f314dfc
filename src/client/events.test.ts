import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../api/object.ts';
import { FakeClock, SeededRandom } from '../base/fake-clock.ts';
import { silentLogger } from '../base/log.ts';
import { Client } from './client.ts';
import { eventRecorder, type RunningEventRecorder } from './events.ts';
import { StubTransport } from './stub-transport.test-helper.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop', uid: 'u1', resourceVersion: '7' },
} as KubeObject;

function setUp() {
  const transport = new StubTransport();
  const clock = new FakeClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  const stop = new AbortController();
  const recorder = eventRecorder({
    client: new Client(transport),
    component: 'kubelet',
    host: 'n1',
    clock,
    random: new SeededRandom(1),
    log: silentLogger,
    signal: stop.signal,
  });
  return { transport, clock, recorder, stop };
}

const stored = (transport: StubTransport) => [...transport.objects.values()] as Record<string, unknown>[];
const flushed = async (recorder: RunningEventRecorder) => recorder.flush();

test('an event names its object, its source and its time', async () => {
  const { transport, recorder } = setUp();
  recorder.event(pod, 'Warning', 'BackOff', 'Back-off restarting', { fieldPath: 'spec.containers{web}' });
  await flushed(recorder);
  const [event] = stored(transport);
  assert.deepEqual(event, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `web-1.${(BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)) * 1000000n).toString(16)}`, namespace: 'shop', resourceVersion: '1' },
    involvedObject: {
      kind: 'Pod',
      apiVersion: 'v1',
      name: 'web-1',
      namespace: 'shop',
      uid: 'u1',
      resourceVersion: '7',
      fieldPath: 'spec.containers{web}',
    },
    reason: 'BackOff',
    message: 'Back-off restarting',
    type: 'Warning',
    count: 1,
    firstTimestamp: '2026-01-02T03:04:05Z',
    lastTimestamp: '2026-01-02T03:04:05Z',
    source: { component: 'kubelet', host: 'n1' },
    reportingComponent: 'kubelet',
    reportingInstance: 'n1',
  });
});

test('the same event again counts up the first one; one that has expired is made anew', async () => {
  const { transport, clock, recorder } = setUp();
  for (let i = 0; i < 3; i++) {
    recorder.event(pod, 'Normal', 'Pulled', 'image present');
    await flushed(recorder);
    await clock.advance(1000);
  }
  assert.deepEqual(
    stored(transport).map((e) => [e['count'], e['firstTimestamp'], e['lastTimestamp']]),
    [[3, '2026-01-02T03:04:05Z', '2026-01-02T03:04:07Z']],
  );
  transport.objects.clear();
  recorder.event(pod, 'Normal', 'Pulled', 'image present');
  await flushed(recorder);
  assert.deepEqual(
    stored(transport).map((e) => e['count']),
    [4],
  );
});

test('many messages of one reason are combined; a source is held to 25 about an object, then one every five minutes', async () => {
  const { transport, clock, recorder } = setUp();
  for (let i = 0; i < 40; i++) recorder.event(pod, 'Warning', 'Failed', `try ${i}`);
  await flushed(recorder);
  const all = stored(transport);
  assert.equal(all.length, 10);
  assert.deepEqual([all[9]?.['message'], all[9]?.['count']], ['(combined from similar events): try 24', 16]);
  recorder.event(pod, 'Warning', 'Other', 'dropped');
  recorder.event(pod, 'Normal', 'Other', 'another type has its own bucket');
  await flushed(recorder);
  assert.deepEqual(
    stored(transport)
      .slice(10)
      .map((e) => e['message']),
    ['another type has its own bucket'],
  );
  await clock.advance(300_000);
  recorder.event(pod, 'Warning', 'Other', 'a token came back');
  await flushed(recorder);
  assert.equal(stored(transport).at(-1)?.['message'], 'a token came back');
});

test('a server that cannot be reached is tried again, one that refuses is not', async () => {
  const { transport, clock, recorder } = setUp();
  let failures = 3;
  transport.before = () => {
    if (failures-- > 0) throw new Error('connection refused');
  };
  recorder.event(pod, 'Normal', 'Started', 'x');
  for (let i = 0; i < 60; i++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    await clock.advance(1000);
  }
  await flushed(recorder);
  assert.equal(stored(transport).length, 1);
});

test('recording never throws, is bounded, and ends with the component', async () => {
  const { transport, recorder, stop } = setUp();
  for (let i = 0; i < 5000; i++)
    recorder.event({ ...pod, metadata: { name: `Bad_Name${i}`, uid: String(i) } } as KubeObject, 'Normal', 'R', 'm');
  await flushed(recorder);
  assert.equal(stored(transport).length, 1000);
  assert.match(String((stored(transport)[0]?.['metadata'] as { name: string } | undefined)?.name), /^[0-9a-f-]{36}$/);
  stop.abort();
  recorder.event(pod, 'Normal', 'R', 'm');
  await flushed(recorder);
  assert.equal(stored(transport).length, 1000);
});
