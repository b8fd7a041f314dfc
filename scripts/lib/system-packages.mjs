/** Debian packages: what runs containers, what the tests and the example need besides. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { quietly, SetupError, step } from './progress.mjs';

export const RUN_PACKAGES = ['containerd', 'runc', 'containernetworking-plugins', 'nftables', 'conntrack', 'iproute2', 'iptables', 'procps', 'util-linux', 'mount', 'ca-certificates'];
export const EXAMPLE_PACKAGES = ['busybox-static', 'docker-registry'];
export const TEST_PACKAGES = ['etcd-server', 'skopeo', 'umoci', 'openssl', 'curl'];

/** Installs what is missing. Without root it says so in one line; `optional` then goes on instead of throwing. */
export async function ensureSystemPackages(names, { optional = false } = {}) {
  const missing = missingPackages(names);
  if (missing.length === 0) return;
  const problem = process.getuid() !== 0 ? 'this user is not root' : isDebian() ? undefined : 'this machine has no apt-get';
  if (problem) {
    const text = `Cannot install ${missing.join(' ')}: ${problem}. Next: sudo apt-get install ${missing.join(' ')} (or your system's packages of these programs)`;
    if (!optional) throw new SetupError(text);
    process.stdout.write(`  ! ${text}\n`);
    return;
  }
  await step(`Debian packages: ${missing.join(' ')}`, () => install(missing));
}

async function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'a' };
  // Their own services are not wanted: Wherry starts private instances.
  const policy = ['-o', 'Dpkg::Options::=--force-confold', '-o', 'DPkg::Lock::Timeout=300'];
  const get = (...args) => quietly('apt-get', [...policy, '-y', '-q', ...args], { env });
  if (!hasPackageLists()) await get('update');
  try {
    await get('install', '--no-install-recommends', ...names);
  } catch {
    await get('update'); // The lists may be old; a second failure is told.
    await get('install', '--no-install-recommends', ...names);
  }
}

function missingPackages(names) {
  if (!isDebian()) return [];
  const installed = new Set(dpkgInstalled(names));
  return names.filter((name) => !installed.has(name));
}

function dpkgInstalled(names) {
  let output;
  try {
    output = execFileSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...names], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    output = String(error.stdout ?? ''); // Exit code 1: some are unknown, the others are listed.
  }
  return output.split('\n').filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0]);
}

function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'));
  } catch {
    return false; // No directory: no lists.
  }
}

function isDebian() {
  try {
    execFileSync('apt-get', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // No apt-get on this machine.
  }
}
