/** Visible progress of the set-up: one line a step, with its time. */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const cacheDir = join(root, '.cache');
const logFile = join(cacheDir, 'setup.log');
const HEARTBEAT_MS = 15_000;

/** Runs `work` and says what and how long. A failure is reported with its message and thrown on. */
export async function step(title, work) {
  const start = Date.now();
  const seconds = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
  process.stdout.write(`  … ${title}\n`);
  const heartbeat = setInterval(() => process.stdout.write(`    ${title}: ${seconds()} so far\n`), HEARTBEAT_MS);
  try {
    const result = await work();
    process.stdout.write(`  ✓ ${title} (${seconds()})\n`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}

/** A failure that needs no stack: the message names the next step. */
export class SetupError extends Error {}

/** Runs a command with its output in the set-up log. Throws with the log's end when it fails. */
export async function quietly(file, args, options = {}) {
  mkdirSync(dirname(logFile), { recursive: true });
  appendFileSync(logFile, `\n$ ${file} ${args.join(' ')}\n`);
  let output = '';
  const code = await new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const take = (chunk) => {
      output += chunk;
      appendFileSync(logFile, chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new SetupError(`${file} ${args.slice(0, 3).join(' ')} failed (exit code ${code}); all of its output: ${logFile}\n${output.trim().split('\n').slice(-12).join('\n')}`);
  return output;
}

/** Runs a command on this terminal; resolves with its exit code. */
export function attached(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: 'inherit', ...options });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** The Node 24 that the package brings; throws when npm has not installed it. */
export function ownNode() {
  const path = join(root, `node_modules/node-linux-${process.arch}/bin/node`);
  try {
    readFileSync(join(root, `node_modules/node-linux-${process.arch}/package.json`));
    return path;
  } catch {
    throw new SetupError(`The package's own Node is missing (node_modules/node-linux-${process.arch}). Run "npm install --include=optional"`);
  }
}
