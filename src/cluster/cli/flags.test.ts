import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagHelp, parseDuration, parseFlags, UsageError } from './flags.ts';

const specs = {
  nodes: { type: 'int', help: 'number of nodes', default: '1', short: '-n' },
  'data-dir': { type: 'string', help: 'where the data is' },
  foreground: { type: 'bool', help: 'stay', default: 'false' },
  'feature-gates': { type: 'map', help: 'gates' },
  mirrors: { type: 'list', help: 'mirrors' },
  grace: { type: 'duration', help: 'patience', default: '1m30s' },
} as const;

test('reads every spelling pflag reads', () => {
  const { flags, positional, given } = parseFlags(specs, [
    '--nodes=3',
    '--data_dir',
    '/x',
    '--foreground',
    'arg',
    '--feature-gates=A=true,B=false',
    '--mirrors',
    'a,b',
    '--mirrors=c',
    '--',
    '--nodes',
  ]);
  assert.deepEqual(flags, {
    nodes: 3,
    'data-dir': '/x',
    foreground: true,
    'feature-gates': { A: 'true', B: 'false' },
    mirrors: ['a', 'b', 'c'],
    grace: 90_000,
  });
  assert.deepEqual(positional, ['arg', '--nodes']);
  assert.ok(given.has('data-dir') && !given.has('grace'));
  assert.equal(parseFlags(specs, ['-n', '2', '--foreground=false']).flags.nodes, 2);
  assert.equal(parseFlags(specs, []).flags['data-dir'], undefined);
});

test('says what is wrong', () => {
  const fails = (args: string[], message: RegExp) =>
    assert.throws(
      () => parseFlags(specs, args),
      (e) => e instanceof UsageError && message.test(e.message),
    );
  fails(['--node=1'], /^unknown flag: --node$/);
  fails(['--nodes'], /flag needs an argument: --nodes/);
  fails(['--nodes=many'], /invalid argument "many" for "--nodes" flag/);
  fails(['--foreground=maybe'], /write true or false/);
  fails(['--grace=soon'], /duration/);
  fails(['--feature-gates=A'], /key=value/);
});

test("durations are Go's", () => {
  assert.deepEqual(['1h', '1m0.5s', '300ms', '-2s', '0', '1', 'x'].map(parseDuration), [
    3_600_000,
    60_500,
    300,
    -2_000,
    0,
    undefined,
    undefined,
  ]);
});

test('help names every flag once', () => {
  const help = flagHelp(specs);
  assert.match(help, /^ {6}--data-dir string +where the data is$/m);
  assert.match(help, /^ {2}-n, --nodes int +number of nodes \(default 1\)$/m);
});
