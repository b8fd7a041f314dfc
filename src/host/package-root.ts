import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of wherry's own package.json, whether it runs from src/ or from the bundle in dist/. */
export function packageRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json'))) {
    if (dir === '/') throw new Error('Cannot find the package that wherry runs from');
    dir = dirname(dir);
  }
  return dir;
}
