import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerProgram, pullError } from './container-plan.ts';
import { SERVER, simulatedProgram } from './program.ts';
import { shellCommands } from './shell-words.ts';
import { testContainer, testPod } from '../../kubelet/testing/test-pod.ts';

const ends = (exitCode: number, runMs = 0, ...texts: string[]) => ({ exitCode, runMs, outputs: texts.map((text) => ({ atMs: 0, text })) });

test('commands that are simulated, and those that are servers', () => {
  const cases: [string[], ReturnType<typeof simulatedProgram>][] = [
    [['true'], ends(0)],
    [['/bin/false'], ends(1)],
    [['echo', 'a', 'b'], ends(0, 0, 'a b\n')],
    [['sleep', '1.5'], ends(0, 1500)],
    [['sleep', '1m', '2'], ends(0, 62_000)],
    [['sleep', 'infinity'], ends(0, Infinity)],
    [['sh', '-c', 'exit 3'], ends(3)],
    [['sh', '-c', 'exit 259'], ends(3)],
    [['sh', '-c', 'false; exit'], ends(1)],
    [['sh', '-c', 'false && echo no; echo yes'], ends(0, 0, 'yes\n')],
    [['/bin/sh', '-ec', "echo 'a;b' && sleep 2\nexit 1"], { exitCode: 1, runMs: 2000, outputs: [{ atMs: 0, text: 'a;b\n' }] }],
    [['sh', '-c', 'sleep 1; echo late'], { exitCode: 0, runMs: 1000, outputs: [{ atMs: 1000, text: 'late\n' }] }],
    [['sh', '-c', 'echo up; nginx'], { ...SERVER, outputs: [{ atMs: 0, text: 'up\n' }] }],
    [['nginx', '-g', 'daemon off;'], undefined],
    [['sh', '-c', 'while true; do sleep 1; done'], undefined],
    [['sh', '-c', 'echo $HOME'], undefined],
    [['sh'], undefined],
  ];
  for (const [command, program] of cases) assert.deepEqual(simulatedProgram(command), program, command.join(' '));
});

test('a script of more than simple commands is none of ours', () => {
  for (const script of ['a | b', 'a > f', 'a &', 'A=1 b', 'trap x TERM', 'echo `x`', "echo 'open", 'if true; then a; fi']) {
    assert.equal(shellCommands(script), undefined, script);
  }
  assert.deepEqual(shellCommands(' a  "b c"\'d\' ;; e&&f '), [
    { words: ['a', 'b cd'], after: 'always' },
    { words: ['e'], after: 'always' },
    { words: ['f'], after: 'success' },
  ]);
});

test('annotations go before the command, those of one container before those of all', () => {
  const container = testContainer({ command: ['echo', 'x'] });
  const program = (annotations: Record<string, string>) => containerProgram(testPod({ metadata: { annotations } }), container);
  assert.deepEqual(program({}), ends(0, 0, 'x\n'));
  assert.deepEqual(program({ 'sim.wherry.local/exit-code': '2' }), ends(2, 0, 'x\n'));
  assert.deepEqual(program({ 'sim.wherry.local/run-seconds': '0.5', 'sim.wherry.local/log': 'y' }), ends(0, 500, 'y\n'));
  assert.deepEqual(program({ 'sim.wherry.local/exit-code': '2', 'sim.wherry.local/exit-code.main': '4' }).exitCode, 4);
  assert.deepEqual(program({ 'sim.wherry.local/run-seconds': 'soon' }), ends(0, 0, 'x\n'));
});

test('images below .invalid are not found', () => {
  const error = (image: string) => pullError(testPod(), testContainer({ image }));
  assert.match(error('registry.invalid:5000/web:1') ?? '', /lookup registry\.invalid: no such host/);
  for (const image of ['web', 'web:1', 'example.com/web', 'library/x.invalid']) assert.equal(error(image), undefined, image);
});
