/** What is made from the sources: generated types and the bundle. Made again only when a source is newer. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ownNode, quietly, root, step } from './progress.mjs';

/** Generated API types and tables (src/api). */
export async function ensureGenerated({ force = false } = {}) {
  const product = join(root, 'src/api/docs.gen.json');
  const sources = [join(root, 'scripts/generate-api.ts'), join(root, 'package-lock.json'), ...schemaFiles()];
  if (!force && isNewer(product, sources)) return;
  await step('generate src/api/**/*.gen.ts', () => quietly(ownNode(), ['scripts/generate-api.ts']));
}

/** The bundle in dist/. */
export async function ensureBuilt({ force = false } = {}) {
  const sources = [...filesBelow(join(root, 'src')), join(root, 'scripts/build.mjs'), join(root, 'package-lock.json')];
  if (!force && isNewer(join(root, 'dist/.built'), sources)) return;
  await step('build dist/', () => quietly(ownNode(), ['scripts/build.mjs']));
}

function schemaFiles() {
  return filesBelow(join(root, 'src/api')).filter((path) => path.endsWith('.schema.ts') || path.endsWith('schema-text.ts'));
}

function isNewer(product, sources) {
  if (!existsSync(product)) return false;
  const made = statSync(product).mtimeMs;
  return sources.every((source) => statSync(source).mtimeMs <= made);
}

function filesBelow(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
