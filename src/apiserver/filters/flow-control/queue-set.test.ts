/** The scenarios of upstream's queueset_test.go, in virtual time. */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { FakeClock } from '../../../base/fake-clock.ts';
import { QueueSet } from './queue-set.ts';
import type { QueuingConfig } from './queue-types.ts';
import { SeatDemand } from './seat-demand.ts';

interface Client {
  readonly flow: string;
  readonly threads: number;
  readonly calls: number;
  readonly execMs: number;
  /** Between the end of a call and the start of the next; negative: before the end. */
  readonly thinkMs: number;
  readonly seats?: number;
  readonly finalSeats?: number;
  readonly padMs?: number;
}

interface Scenario {
  readonly config: QueuingConfig;
  readonly limit: number;
  readonly clients: readonly Client[];
  readonly evaluateMs: number;
}

const NEVER = new AbortController().signal;

/** What each client had on average, and how many of its calls were refused. */
async function play({ config, limit, clients, evaluateMs }: Scenario): Promise<{ averages: number[]; refused: number[] }> {
  const clock = new FakeClock();
  const set = new QueueSet(clock, new SeatDemand(clock), config, limit);
  const integrals = clients.map(() => 0);
  const refused = clients.map(() => 0);
  const call = async (client: Client, i: number, left: number): Promise<void> => {
    if (left === 0) return;
    const { flow, seats: initialSeats = 1, finalSeats = 0, padMs: lingerMs = 0, execMs, thinkMs } = client;
    const seats = await set.enter({
      schema: flow,
      distinguisher: '',
      work: { initialSeats, finalSeats, lingerMs },
      waitMs: Infinity,
      signal: NEVER,
    });
    if (!seats) return void (refused[i] = (refused[i] ?? 0) + 1);
    const begunMs = clock.monotonic();
    clock.schedule(execMs + thinkMs, () => void call(client, i, left - 1));
    clock.schedule(execMs, () => {
      const ranMs = Math.min(clock.monotonic(), evaluateMs) - Math.min(begunMs, evaluateMs);
      integrals[i] = (integrals[i] ?? 0) + ranMs * initialSeats;
      seats.release();
    });
  };
  clients.forEach((client, i) => {
    for (let j = 0; j < client.threads; j++) clock.schedule((90 * j + 20 * i) / 1e6, () => void call(client, i, client.calls));
  });
  await clock.advance(evaluateMs + 120_000);
  return { averages: integrals.map((integral) => integral / evaluateMs), refused };
}

/** Everybody gets what they want, as long as that is not more than an equal share of what is there. */
function fairShares(demands: readonly number[], total: number): number[] {
  const order = [...demands.keys()].toSorted((a, b) => (demands[a] ?? 0) - (demands[b] ?? 0));
  const shares = demands.map(() => 0);
  let left = total;
  order.forEach((index, i) => {
    shares[index] = Math.min(demands[index] ?? 0, left / (order.length - i));
    left -= shares[index] ?? 0;
  });
  return shares;
}

function close(got: readonly number[], want: readonly number[], margin: number, what: string): void {
  want.forEach((value, i) => {
    const off = Math.abs((got[i] ?? 0) - value) / value;
    assert.ok(off <= margin, `${what}: client ${i} got ${got[i]}, expected ${value}`);
  });
}

const queues = (number: number, queueLengthLimit: number, handSize: number): QueuingConfig => ({
  queues: number,
  queueLengthLimit,
  handSize,
});
const client = (flow: string, threads: number, calls: number, execMs: number, thinkMs: number, more: Partial<Client> = {}): Client => ({
  flow,
  threads,
  calls,
  execMs,
  thinkMs,
  ...more,
});
const EPS = 0.000001;

test('flows get fair shares', async () => {
  const table: (Scenario & { name: string; margin: number })[] = [
    { name: 'baseline', config: queues(9, 8, 3), limit: 1, clients: [client('a', 1, 21, 1000, 0)], evaluateMs: 20_000, margin: EPS },
    {
      name: 'uniform, hand of 1',
      config: queues(9, 8, 1),
      limit: 4,
      clients: [client('a', 8, 20, 1000, 1000 - EPS), client('b', 8, 20, 1000, 1000 - EPS)],
      evaluateMs: 50_000,
      margin: 0.0101,
    },
    {
      name: 'uniform, hand of 3',
      config: queues(8, 16, 3),
      limit: 4,
      clients: [client('a', 8, 30, 1000, 1000 - EPS), client('b', 8, 30, 1000, 1000 - EPS)],
      evaluateMs: 60_000,
      margin: 0.03,
    },
    {
      name: 'different, equal',
      config: queues(9, 8, 1),
      limit: 4,
      clients: [client('a', 8, 20, 1000, 1000), client('b', 7, 30, 1000, 500)],
      evaluateMs: 40_000,
      margin: 0.0101,
    },
    {
      name: 'different, unequal',
      config: queues(9, 6, 1),
      limit: 3,
      clients: [client('a', 4, 20, 1000, 1000 - EPS), client('b', 2, 20, 1000, 1000 - EPS)],
      evaluateMs: 20_000,
      margin: 0.0101,
    },
    {
      name: 'widths',
      config: queues(64, 13, 7),
      limit: 6,
      clients: [client('a', 13, 10, 1000, 1000 - EPS), client('b', 7, 10, 1000, 1000 - EPS, { seats: 2 })],
      evaluateMs: 20_000,
      margin: 0.155,
    },
    {
      name: 'too wide',
      config: queues(64, 35, 7),
      limit: 6,
      evaluateMs: 225_000,
      margin: 0.33,
      clients: [
        ...['a', 'b', 'c', 'd'].map((f) => client(f, 15, 21, 1000, 1000 - EPS, { seats: 2 })),
        client('e', 15, 21, 1000, 1000 - EPS, { seats: 7 }),
      ],
    },
  ];
  for (const { name, margin, ...scenario } of table) {
    const { averages, refused } = await play(scenario);
    const demands = scenario.clients.map((c) => (c.threads * (c.seats ?? 1) * c.execMs) / (c.execMs + c.thinkMs));
    close(averages, fairShares(demands, scenario.limit), margin, name);
    assert.deepEqual(
      refused,
      refused.map(() => 0),
      name,
    );
  }
});

test('seats that linger are not free', async () => {
  const table: [number, number, number, number, number, number[]][] = [
    // think, pad, final seats, limit, clients, averages
    [1000, 0, 1, 1, 1, [0.5]],
    [0, 1000, 1, 1, 1, [0.5]],
    [0, 1000, 1, 2, 1, [1]],
    [0, 1000, 2, 2, 1, [0.5]],
    [0, 1000, 1, 1, 2, [0.25, 0.25]],
    [0, 1000, 1, 2, 2, [0.5, 0.5]],
    [0, 1000, 2, 2, 2, [0.25, 0.25]],
    [1000, 500, 1, 1, 1, [0.5]],
    [1000, 500, 1, 1, 2, [1 / 3, 1 / 3]],
    [500, 1000, 2, 2, 2, [0.25, 0.25]],
  ];
  for (const [thinkMs, padMs, finalSeats, limit, count, want] of table) {
    const clients = ['a', 'b'].slice(0, count).map((flow) => client(flow, 1, 25, 1000, thinkMs, { finalSeats, padMs }));
    const { averages } = await play({ config: queues(9, 8, 3), limit, clients, evaluateMs: 24_000 });
    close(averages, want, 0.00001, JSON.stringify([thinkMs, padMs, finalSeats, limit, count]));
  }
});

test('without queues what finds no seat is refused; exempt requests always find one', async () => {
  const clients = [client('a', 6, 10, 1000, 57), client('b', 4, 15, 1000, 750)];
  const { refused } = await play({ config: queues(0, 0, 0), limit: 4, clients, evaluateMs: 13_000 });
  assert.ok(refused.reduce((a, b) => a + b, 0) > 0);
  const exempt = await play({
    config: queues(-1, 2, 3),
    limit: 0,
    clients: [client('a', 5, 20, 1000, 1000, { seats: 3 })],
    evaluateMs: 40_000,
  });
  close(exempt.averages, [7.5], 0.00001, 'exempt');
});

test('a full queue refuses, a long wait and a gone client end the waiting', async () => {
  const clock = new FakeClock();
  const set = new QueueSet(clock, new SeatDemand(clock), queues(1, 2, 1), 1);
  const enter = (signal = NEVER) =>
    set.enter({ schema: 'a', distinguisher: '', work: { initialSeats: 1, finalSeats: 0, lingerMs: 0 }, waitMs: 1000, signal });
  const first = enter();
  assert.ok(first && !(first instanceof Promise));
  const gone = new AbortController();
  const waiting = [enter(), enter(gone.signal)];
  assert.equal(enter(), undefined);
  gone.abort();
  assert.equal(await waiting[1], undefined);
  assert.deepEqual(set.counts, { waiting: 1, executing: 1, seatsInUse: 1 });
  await clock.advance(1000);
  assert.equal(await waiting[0], undefined);
  const next = enter();
  first.release();
  first.release();
  const seats = await next;
  assert.ok(seats);
  assert.deepEqual(set.counts, { waiting: 0, executing: 1, seatsInUse: 1 });
  seats.release();
  assert.ok(set.isIdle);
  assert.equal(clock.pending, 0);
});

test('more seats let more run at once; fewer queues drain', async () => {
  const clock = new FakeClock();
  const set = new QueueSet(clock, new SeatDemand(clock), queues(8, 10, 2), 1);
  const enter = (flow: string) =>
    set.enter({ schema: flow, distinguisher: '', work: { initialSeats: 1, finalSeats: 0, lingerMs: 0 }, waitMs: 1000, signal: NEVER });
  const entered = ['a', 'b', 'c', 'd'].map(enter);
  assert.equal(set.counts.executing, 1);
  set.configure(queues(2, 10, 1), 3);
  assert.equal(set.counts.executing, 3);
  for (const one of entered) (await one)?.release();
  assert.ok(set.isIdle);
});
