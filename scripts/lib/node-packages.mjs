/** npm packages, as package-lock.json names them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietly, root, SetupError, step } from './progress.mjs';

export async function ensureNodePackages() {
  if (installedMatchesLock()) return;
  await step('npm packages', async () => {
    // Not `npm ci`: it refuses a lock file without the optional packages of platforms that a registry's mirror leaves out.
    await quietly('npm', ['install', '--no-save', '--include=dev', '--include=optional', '--no-audit', '--no-fund']);
    if (!installedMatchesLock()) throw new SetupError('npm has not installed what package-lock.json names. Next: rm -rf node_modules and try again');
  });
}

/** Compares package-lock.json with the copy that npm keeps of what it installed. */
function installedMatchesLock() {
  const installed = readJson('node_modules/.package-lock.json')?.packages;
  const wanted = readJson('package-lock.json')?.packages;
  if (!installed || !wanted) return false;
  return Object.entries(wanted).every(([path, entry]) => path === '' || entry.optional || entry.devOptional || installed[path]?.version === entry.version);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch {
    return undefined; // Missing or damaged: npm makes a new one.
  }
}
