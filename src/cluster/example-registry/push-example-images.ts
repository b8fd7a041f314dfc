/** The images of examples/, made on this machine and uploaded to the registry. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { runCommand } from '../../host/command.ts';
import { readBytes, readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import { findProgram } from '../../host/find-program.ts';
import { Outbound } from '../../host/outbound.ts';
import { readTree } from '../../host/read-tree.ts';
import type { TarEntry } from '../image/tar.ts';
import { busyboxImage } from './busybox-image.ts';
import { pushImage } from './push-image.ts';

const START_TIMEOUT_MS = 10_000;

/** Image name -> directory below examples/ with its files. */
const IMAGES: Record<string, string | undefined> = {
  'wherry/busybox': undefined,
  'wherry/visits-web': 'visits/web',
  'wherry/visits-store': 'visits/store',
};

/** A web server that ends when it is asked to: as PID 1 httpd alone would get no SIGTERM, for it has no handler. */
const SERVE = 'httpd -f -p 8080 -h /www & trap "kill $!; exit 0" TERM INT; wait';

export interface PushOptions {
  /** The registry's own directory: remembers what was uploaded. */
  readonly dir: string;
  readonly examplesDir: string;
  readonly port: number;
  readonly clock: Clock;
}

/** Makes the images and uploads them, once the registry answers. Nothing happens when they are there already. Says whether it uploaded. */
export async function pushExampleImages(options: PushOptions): Promise<boolean> {
  const path = findProgram('busybox');
  if (!path) throw new Error('busybox is not installed. Install it (apt-get install busybox-static), or leave out --example-registry');
  const busybox = readBytes(path);
  const contents = Object.values(IMAGES).map((dir) => (dir === undefined ? [] : filesOf(join(options.examplesDir, dir))));
  const digest = digestOf(busybox, contents.flat(), SERVE);
  const marker = join(options.dir, 'pushed');
  if (readTextIfExists(marker) === digest) return false;
  const applets = (await runCommand(path, ['--list'])).stdout.split('\n').filter(Boolean);
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const outbound = new Outbound();
  try {
    await answers(outbound, options);
    for (const [i, [repository, dir]] of Object.entries(IMAGES).entries()) {
      const start = dir === undefined ? { command: ['sh'] } : { entrypoint: ['sh', '-c', SERVE] };
      const image = busyboxImage({ architecture, busybox, applets, files: contents[i] ?? [], ...start });
      for (const tag of ['1', '2']) await pushImage({ outbound, host: '127.0.0.1', port: options.port, repository, tag }, image);
    }
  } finally {
    outbound.close();
  }
  writeFileAtomic(marker, digest, 0o644);
  return true;
}

function digestOf(busybox: Uint8Array, files: readonly TarEntry[], command: string): string {
  const hash = createHash('sha256').update(busybox).update(command);
  for (const { path, mode, content } of files) hash.update(`${path} ${mode}\0`).update(content ?? '');
  return hash.digest('hex');
}

function filesOf(dir: string): TarEntry[] {
  return readTree(dir).map((file) => ({ path: file.path, type: 'file', mode: file.executable ? 0o755 : 0o644, content: file.content }));
}

async function answers(outbound: Outbound, { port, clock }: { port: number; clock: Clock }): Promise<void> {
  const end = clock.monotonic() + START_TIMEOUT_MS;
  for (;;) {
    try {
      const response = await outbound.send({ method: 'GET', host: '127.0.0.1', port, path: '/v2/', headers: {}, timeoutMs: 2_000 });
      for await (const _ of response.body); // Read to its end, so that the connection is free again.
      if (response.status === 200) return;
    } catch (error) {
      if (clock.monotonic() > end) throw new Error(`The example registry does not answer on port ${port}`, { cause: error });
    }
    await clock.sleep(50);
  }
}
