import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../machinery/status-error.ts';
import { ExitError, runRemoteCommand } from './remote-command.ts';
import type { ChannelSocket, Transport, UpgradeRequest } from './transport.ts';

/** A server that plays `script` and keeps what it is sent. */
function played(
  protocol: string,
  script: readonly (readonly [channel: number, text: string])[],
  sent: string[],
  asked: UpgradeRequest[],
): Transport {
  const socket: ChannelSocket = {
    protocol,
    send: (data) => {
      sent.push(`${data[0]} ${data[0] === 255 ? data[1] : Buffer.from(data.subarray(1)).toString()}`);
      return Promise.resolve();
    },
    messages: (async function* () {
      await new Promise<void>((resolve) => setTimeout(resolve, 5));
      for (const [channel, text] of script) yield Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
    })(),
    close: () => void sent.push('close'),
  };
  return {
    upgrade: (request: UpgradeRequest) => {
      asked.push(request);
      return Promise.resolve(socket);
    },
  } as unknown as Transport;
}

async function* chunks<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

test('input, sizes and the end of input go out; output and the result come in', async () => {
  const [sent, asked, out, err]: [string[], UpgradeRequest[], string[], string[]] = [[], [], [], []];
  const transport = played(
    'v5.channel.k8s.io',
    [
      [1, ''],
      [1, 'hello '],
      [2, 'oops'],
      [1, 'world'],
      [3, '{"metadata":{},"status":"Success"}'],
      [1, 'never read'],
    ],
    sent,
    asked,
  );
  await runRemoteCommand({
    transport,
    path: '/api/v1/namespaces/x/pods/y/exec',
    query: { command: ['cat'], container: 'c' },
    stdin: chunks(Buffer.from('abc'), Buffer.from('def')),
    stdout: (data) => void out.push(Buffer.from(data).toString()),
    stderr: (data) => void err.push(Buffer.from(data).toString()),
  });
  assert.deepEqual([out.join(''), err.join('')], ['hello world', 'oops']);
  assert.deepEqual(sent, ['0 abc', '0 def', '255 0', 'close']);
  assert.deepEqual(asked[0]?.query, { command: ['cat'], container: 'c', stdin: true, stdout: true, stderr: true, tty: false });
});

test('a terminal has sizes and no standard error of its own', async () => {
  const [sent, asked]: [string[], UpgradeRequest[]] = [[], []];
  const transport = played('v4.channel.k8s.io', [[3, '{"status":"Success"}']], sent, asked);
  await runRemoteCommand({
    transport,
    path: '/exec',
    query: {},
    stdin: chunks(Buffer.from('x')),
    stdout: () => {},
    stderr: () => {},
    tty: true,
    resize: chunks({ width: 80, height: 24 }),
  });
  assert.deepEqual(sent.toSorted(), ['0 x', '4 {"Width":80,"Height":24}', 'close']);
  assert.deepEqual([asked[0]?.query?.['stderr'], asked[0]?.query?.['tty']], [false, true]);
});

test('an exit code, a failure and a plain text of an old protocol are errors', async () => {
  const run = (protocol: string, text: string) =>
    runRemoteCommand({ transport: played(protocol, [[3, text]], [], []), path: '/exec', query: {}, stdout: () => {} });
  const exit =
    '{"status":"Failure","reason":"NonZeroExitCode","message":"command terminated with non-zero exit code","details":{"causes":[{"reason":"ExitCode","message":"42"}]}}';
  await assert.rejects(run('v5.channel.k8s.io', exit), (error) => error instanceof ExitError && error.exitCode === 42);
  await assert.rejects(
    run('v5.channel.k8s.io', '{"status":"Failure","reason":"InternalError","message":"no such container","code":500}'),
    StatusError,
  );
  await assert.rejects(run('channel.k8s.io', 'something broke'), /something broke/);
});
