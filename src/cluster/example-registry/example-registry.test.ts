import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../../host/clock.ts';
import { exampleRegistryCommand } from './example-registry.ts';
import { pushExampleImages } from './push-example-images.ts';

const dir = mkdtempSync(join(tmpdir(), 'wherry-registry-'));
after(() => rmSync(dir, { recursive: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

test('the registry serves the example images, which skopeo and umoci accept', async () => {
  const port = await freePort();
  const [file, ...args] = exampleRegistryCommand(dir, port);
  const registry = spawn(file, args, { stdio: 'ignore' });
  after(() => registry.kill());
  const options = { dir, examplesDir: join(import.meta.dirname, '../../../examples'), port, clock: systemClock };
  assert.equal(await pushExampleImages(options), true);
  assert.equal(await pushExampleImages(options), false);
  const layout = `${dir}/layout`;
  execFileSync(
    'skopeo',
    ['copy', '-q', '--insecure-policy', '--src-tls-verify=false', `docker://127.0.0.1:${port}/wherry/visits-web:2`, `oci:${layout}:web`],
    { stdio: 'pipe' },
  );
  execFileSync('umoci', ['raw', 'unpack', '--image', `${layout}:web`, `${dir}/rootfs`], { stdio: 'pipe' });
  assert.equal(execFileSync(`${dir}/rootfs/bin/busybox`, ['echo', 'runs'], { encoding: 'utf8' }), 'runs\n');
  assert.match(
    execFileSync('ls', ['-l', `${dir}/rootfs/www/cgi-bin/index.cgi`, `${dir}/rootfs/bin/httpd`], { encoding: 'utf8' }),
    /rwxr-xr-x.*index\.cgi/,
  );
});
