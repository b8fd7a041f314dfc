#!/usr/bin/env node
/**
 * All checks: types, lint, tests. Ends with `N passed, N failed` on its last line. `--static` leaves the tests out; other arguments are
 * test files to run instead of all.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { attached, ownNode, root } from './lib/progress.mjs';
import { toolsDir } from './lib/tools.mjs';

const LINTED = ['src', 'bench', 'test'];
const TEST_TIMEOUT_MS = 10 * 60_000;
const args = process.argv.slice(2);
const counts = { passed: 0, failed: 0 };

async function check(title, file, fileArgs) {
  const start = Date.now();
  const code = await attached(file, fileArgs);
  counts[code === 0 ? 'passed' : 'failed']++;
  console.log(`${code === 0 ? '✓' : '✗'} ${title} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}

const files = args.filter((a) => !a.startsWith('-'));
if (files.length === 0) {
  await check('types', join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json']);
  await check('lint', join(root, 'node_modules/.bin/oxlint'), ['--type-aware', '--deny-warnings', ...LINTED]);
}
if (!args.includes('--static')) await runTests(files.length ? files : ['src', 'test', 'bench'].flatMap((dir) => testFiles(join(root, dir))));
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;

/** Tests that start whole clusters need the machine for themselves: they run after the others, one at a time. */
async function runTests(all) {
  const isHeavy = (file) => file.includes('e2e-');
  await nodeTest(all.filter((f) => !isHeavy(f)), Math.max(2, availableParallelism()));
  await nodeTest(all.filter(isHeavy), 1);
}

/** Runs files with Node's test runner: failures and a dot per test on the terminal, counts from the summary. */
async function nodeTest(list, concurrency) {
  if (list.length === 0) return;
  const env = { ...process.env, PATH: `${toolsDir}:${process.env.PATH}:/usr/sbin:/sbin`, WHERRY_TOOLS: toolsDir };
  delete env.KUBECONFIG;
  delete env.NODE_TEST_CONTEXT;
  const runner = ['--test', `--test-concurrency=${concurrency}`, `--test-timeout=${TEST_TIMEOUT_MS}`, '--test-reporter=spec', '--test-reporter-destination=stdout'];
  const child = spawn(ownNode(), [...runner, ...list], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let tail = '';
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    tail = (tail + chunk).slice(-200_000);
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  const count = (name) => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(tail)?.[1] ?? 0);
  counts.passed += count('pass');
  const failed = count('fail') + count('cancelled');
  // The runner itself may fail without a failing test.
  counts.failed += failed === 0 && code !== 0 ? 1 : failed;
}

function testFiles(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return entry.name.endsWith('.test.ts') ? [path] : [];
  });
}
