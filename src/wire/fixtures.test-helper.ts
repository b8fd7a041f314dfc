/** Upstream's golden objects (every kind with every field set), read from the reference data beside the project. For tests. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface Fixture {
  readonly json: Buffer;
  readonly yaml: Buffer;
  readonly pb: Buffer;
}

const ARCHIVE = new URL('../../../shared/k8s-1.36/fixtures-HEAD.tar.gz', import.meta.url);

/** By name (`apps.v1.Deployment`); undefined where the reference data is absent. */
export function fixtures(): Map<string, Fixture> | undefined {
  if (!existsSync(ARCHIVE)) return undefined;
  const parts = new Map<string, Record<string, Buffer>>();
  for (const [path, content] of untar(gunzipSync(readFileSync(ARCHIVE)))) {
    const match = /^HEAD\/(.+)\.(json|yaml|pb)$/.exec(path);
    if (!match) continue;
    const [, name = '', kind = ''] = match;
    parts.set(name, { ...parts.get(name), [kind]: content });
  }
  const empty = Buffer.alloc(0);
  return new Map([...parts].map(([name, p]) => [name, { json: p.json ?? empty, yaml: p.yaml ?? empty, pb: p.pb ?? empty }]));
}

function* untar(archive: Buffer): Generator<[path: string, content: Buffer]> {
  for (let at = 0; at + 512 <= archive.length;) {
    const header = archive.subarray(at, at + 512);
    const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '');
    if (name === '') return;
    const size = parseInt(header.toString('latin1', 124, 136), 8);
    yield [name, archive.subarray(at + 512, at + 512 + size)];
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
