/** Runs benchmarks one after another: `npm run bench` all of them, `npm run bench -- cluster` one; what follows goes to it. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const dir = import.meta.dirname;
const all = readdirSync(dir)
  .filter((f) => f.endsWith('.ts') && f !== 'run.ts')
  .map((f) => f.replace('.ts', ''));
const [name, ...args] = process.argv.slice(2);
if (name !== undefined && !all.includes(name)) {
  console.error(`There is no benchmark ${name}. There are: ${all.join(', ')}`);
  process.exit(2);
}
for (const bench of name === undefined ? all : [name]) {
  console.log(`\n# ${bench}`);
  const code = await new Promise<number>((resolve) => {
    const child = spawn(process.execPath, ['--expose-gc', join(dir, `${bench}.ts`), ...args], { stdio: 'inherit' });
    child.on('close', (exit) => resolve(exit ?? 1));
  });
  if (code !== 0) process.exitCode = code;
}
