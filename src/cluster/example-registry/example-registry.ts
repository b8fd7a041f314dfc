/** A registry of our own (Debian's docker-registry), so that the example's images are really pulled. */
import { join } from 'node:path';
import { makeDirectory, writeFileIfChanged } from '../../host/files.ts';
import { findProgram } from '../../host/find-program.ts';

export const EXAMPLE_REGISTRY_PORT = 5005;

/** The command line of the registry, its configuration written. Throws with the next step when it is not installed. */
export function exampleRegistryCommand(dir: string, port: number): [string, ...string[]] {
  const program = findProgram('docker-registry');
  if (!program)
    throw new Error(
      'docker-registry is not installed. Install it (apt-get install docker-registry busybox-static), or leave out --example-registry',
    );
  const config = {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(dir, 'data') }, cache: { blobdescriptor: 'inmemory' } },
    http: { addr: `127.0.0.1:${port}` },
  };
  // JSON is YAML as well.
  makeDirectory(join(dir, 'data'));
  const file = join(dir, 'config.yml');
  writeFileIfChanged(file, JSON.stringify(config), 0o644);
  return [program, 'serve', file];
}
