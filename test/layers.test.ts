/** Checks the layers of src/ from a table, default deny: what is not allowed here is forbidden. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');

const RUNTIME = ['base', 'host', 'wire', 'api', 'machinery', 'client'];
/** What each layer may import besides itself. Siblings are not in each other's lists. */
const LAYERS: Record<string, readonly string[]> = {
  base: [],
  host: ['base'],
  wire: ['base', 'host'],
  api: ['base', 'host', 'wire'],
  machinery: ['base', 'host', 'wire', 'api'],
  client: ['base', 'host', 'wire', 'api', 'machinery'],
  storage: [...RUNTIME],
  apiserver: [...RUNTIME, 'storage'],
  controllers: RUNTIME,
  scheduler: RUNTIME,
  kubelet: RUNTIME,
  network: RUNTIME,
  cloud: RUNTIME,
  kubectl: RUNTIME,
  dashboard: RUNTIME,
  sim: [...RUNTIME, 'storage', 'apiserver', 'controllers', 'scheduler', 'kubelet', 'network', 'cloud'],
  cluster: [...RUNTIME, 'storage', 'apiserver', 'controllers', 'scheduler', 'kubelet', 'network', 'cloud', 'kubectl', 'dashboard', 'sim'],
  bin: [
    ...RUNTIME,
    'storage',
    'apiserver',
    'controllers',
    'scheduler',
    'kubelet',
    'network',
    'cloud',
    'kubectl',
    'dashboard',
    'sim',
    'cluster',
  ],
};

/** Node modules that compute and touch nothing outside the process: every layer but base may use them. */
const PURE_MODULES = [
  'node:buffer',
  'node:crypto',
  'node:events',
  'node:path',
  'node:stream',
  'node:stream/promises',
  'node:url',
  'node:util',
  'node:zlib',
  'node:async_hooks',
];
/** Modules of npm that open sockets or files. */
const HOST_PACKAGES = ['@grpc/grpc-js', 'lmdb', 'ws'];
/** Where the rule "only host/ touches the machine" does not hold. Each with its reason. */
const EXCEPTIONS: Record<string, readonly string[]> = {
  // The API server is an HTTP server: connections, TLS and streams are its own matter, in this one file.
  'src/apiserver/http-server.ts': ['node:http', 'node:http2', 'node:https', 'node:net', 'node:stream', 'node:tls'],
  // LMDB is the store: its driver is the only place that opens it.
  'src/storage/drivers/lmdb': ['lmdb'],
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
  /** What stands between `import` and `from`. */
  readonly names: string;
}

function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** Every import, export-from and dynamic import with a literal name. */
function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const pattern = /^\s*(?:import|export)\s+(type\s)?([^'";]*?)\s*from\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;
  return [...text.matchAll(pattern)].map((m) => ({
    file: relative(root, path),
    target: m[3] ?? m[4] ?? m[5] ?? '',
    typeOnly: m[1] !== undefined,
    names: m[2] ?? '',
  }));
}

const layerOf = (file: string) => file.split('/')[1] ?? '';
const isTest = (file: string) => /\.test\.ts$|\.test-helper\.ts$|\/testing\/|-suite\.ts$/.test(file);
const files = sourceFiles(join(root, 'src'));
const imports = files.flatMap(importsOf);

test('every folder of src/ is a layer of the table', () => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true });
  const unknown = folders
    .filter((f) => (f.isDirectory() ? !(f.name in LAYERS) : !f.name.endsWith('.test.ts') && f.name !== 'testing.ts'))
    .map((f) => f.name);
  assert.deepEqual(unknown, []);
  assert.ok(imports.length > 100, 'the scan finds imports');
});

test('an import goes to the own layer or to one above it, never to a sibling', () => {
  const wrong = imports.filter(({ file, target }) => {
    if (!target.startsWith('.')) return false;
    const [from, to] = [layerOf(file), layerOf(relative(root, join(root, file, '..', target)))];
    return from !== to && from in LAYERS && !LAYERS[from]?.includes(to);
  });
  assert.deepEqual(
    wrong.map((i) => `${i.file} imports ${i.target}`),
    [],
  );
});

test('relative imports end in .ts or .json and stay inside src/', () => {
  const wrong = imports.filter(
    ({ file, target }) =>
      target.startsWith('.') && (!/\.(ts|json)$/.test(target) || relative(root, join(root, file, '..', target)).startsWith('..')),
  );
  assert.deepEqual(wrong, []);
});

test('base imports no Node module and no package', () => {
  const wrong = imports.filter(({ file, target }) => layerOf(file) === 'base' && !isTest(file) && !target.startsWith('.'));
  assert.deepEqual(wrong, []);
});

test('only host/ touches the machine', () => {
  const allowed = (file: string, target: string) =>
    Object.entries(EXCEPTIONS).some(([path, targets]) => file.startsWith(path) && targets.includes(target));
  const wrong = imports.filter(({ file, target, typeOnly, names }) => {
    // isIP and its like only look at text.
    if (target === 'node:net' && /^\{ isIP(v[46])?(, isIP(v[46])?)* \}$/.test(names)) return false;
    if (typeOnly || isTest(file) || layerOf(file) === 'host' || target.startsWith('.')) return false;
    const touches = target.startsWith('node:') ? !PURE_MODULES.includes(target) : HOST_PACKAGES.includes(target);
    return touches && !allowed(file, target);
  });
  assert.deepEqual(
    wrong.map((i) => `${i.file} imports ${i.target}`),
    [],
  );
});

test('Node modules are named with node:', () => {
  const bare = /^(assert|buffer|child_process|crypto|dgram|dns|events|fs|http|http2|https|net|os|path|stream|tls|url|util|zlib)(\/|$)/;
  assert.deepEqual(
    imports.filter((i) => bare.test(i.target)),
    [],
  );
});
