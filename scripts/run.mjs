#!/usr/bin/env node
/**
 * Does a task with all of its own set-up: system packages, npm packages, generated files, bundle. Runs on any Node from 18 on; the work
 * itself runs on the Node 24 that the package brings. Everything is skipped quickly when it is there already.
 */
import { join } from 'node:path';
import { attached, cacheDir, ownNode, root, SetupError } from './lib/progress.mjs';
import { ensureNodePackages } from './lib/node-packages.mjs';
import { ensureBuilt, ensureGenerated } from './lib/products.mjs';
import { ensureSystemPackages, EXAMPLE_PACKAGES, RUN_PACKAGES, TEST_PACKAGES } from './lib/system-packages.mjs';
import { ensureTools, toolsDir } from './lib/tools.mjs';

async function sources() {
  await ensureNodePackages();
  await ensureGenerated();
}

async function wherry(...args) {
  await sources();
  await ensureBuilt();
  return attached(join(root, 'bin/wherry'), args);
}

/** Upstream's kubectl or helm, on the cluster that `npm run up` made. */
async function tool(name, args) {
  await ensureTools();
  const env = { KUBECONFIG: '/var/lib/wherry/admin.kubeconfig', ...process.env };
  return attached(join(toolsDir, name), args, { env, cwd: process.cwd() });
}

const TASKS = {
  async up(args) {
    await ensureSystemPackages([...RUN_PACKAGES, ...EXAMPLE_PACKAGES], { optional: true });
    return wherry('up', '--example-registry', ...args);
  },
  down: (args) => wherry('down', ...args),
  status: (args) => wherry('status', ...args),
  reset: (args) => wherry('reset', ...args),
  wherry: (args) => wherry(...args),
  kubectl: (args) => tool('kubectl', args),
  helm: (args) => tool('helm', args),
  async test(args) {
    await ensureSystemPackages([...RUN_PACKAGES, ...EXAMPLE_PACKAGES, ...TEST_PACKAGES]);
    await sources();
    await ensureTools();
    await ensureBuilt();
    return attached(ownNode(), [join(root, 'scripts/test.mjs'), ...args]);
  },
  async 'test:client-go'() {
    await sources();
    return attached(ownNode(), ['--test', join(root, 'test/client-go/client-go.ts')]);
  },
  async bench(args) {
    await ensureSystemPackages([...RUN_PACKAGES, 'etcd-server'], { optional: true });
    await sources();
    await ensureBuilt();
    return attached(ownNode(), [join(root, 'bench/run.ts'), ...args]);
  },
  async generate() {
    await ensureNodePackages();
    await ensureGenerated({ force: true });
    return 0;
  },
  async build() {
    await sources();
    await ensureBuilt({ force: true });
    return 0;
  },
  async lint() {
    await sources();
    return attached(ownNode(), [join(root, 'scripts/test.mjs'), '--static']);
  },
};

const [name = '', ...args] = process.argv.slice(2);
const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
if (!task) {
  process.stderr.write(`Usage: node scripts/run.mjs ${Object.keys(TASKS).join('|')} [arguments]\n`);
  process.exit(2);
}
try {
  process.exitCode = await task(args);
} catch (error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : (error?.stack ?? error)}\n(set-up log: ${join(cacheDir, 'setup.log')})\n`);
  process.exitCode = 1;
}
