#!/usr/bin/env node
/** Writes the type declarations of the published package to dist/types. Runs before `npm pack` and `npm publish`. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietly, root, step } from './lib/progress.mjs';

const out = join(root, 'dist/types');
const options = ['--noEmit', 'false', '--emitDeclarationOnly', '--declaration', '--incremental', 'false', '--rootDir', '.', '--outDir', out];

await step('type declarations', async () => {
  rmSync(out, { recursive: true, force: true });
  await quietly(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json', ...options]);
  for (const dir of ['test', 'bench']) rmSync(join(out, dir), { recursive: true, force: true });
  // The sources name each other with .ts, which nobody who uses the declarations may do.
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.d.ts')) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (path.endsWith('.test.d.ts')) rmSync(path);
    else writeFileSync(path, readFileSync(path, 'utf8').replace(/(from |import\()'(\.[^']*)\.ts'/g, "$1'$2.js'"));
  }
});
