#!/usr/bin/env node
/** Bundles src/ into dist/: one small entry, code split by command, so that each process loads only what it runs. Runs on Node 24. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './lib/progress.mjs';

const dist = join(root, 'dist');
// Made aside and put in place when complete: a failed build leaves the last one, and running clusters never see half a one.
const fresh = join(root, '.cache/dist');
rmSync(fresh, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { wherry: 'src/bin/wherry.ts', testing: 'src/sim/testing.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Native code is loaded from node_modules.
  external: ['lmdb'],
  // Names in stack traces stay as they are in the sources.
  minifyWhitespace: true,
  minifySyntax: true,
  keepNames: false,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'linked',
  logLevel: 'warning',
  // CommonJS packages inside the bundle call require() for Node's own modules.
  banner: { js: "import { createRequire as wherryCreateRequire } from 'node:module'; const require = wherryCreateRequire(import.meta.url);" },
});
if (existsSync(dist)) renameSync(dist, `${fresh}.old`);
renameSync(fresh, dist);
rmSync(`${fresh}.old`, { recursive: true, force: true });
// The first start fills the compile cache: do it now.
execFileSync(join(root, 'bin/wherry'), ['version'], { stdio: 'ignore' });
writeFileSync(join(dist, '.built'), '');
