import { ociImage, type Architecture, type OciImage } from '../image/oci-image.ts';
import type { TarEntry } from '../image/tar.ts';

export interface BusyboxImageOptions {
  readonly architecture: Architecture;
  /** The static executable. */
  readonly busybox: Uint8Array;
  /** Names it answers to. */
  readonly applets: readonly string[];
  /** What the image has besides, by path. */
  readonly files: readonly TarEntry[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
}

const DIRECTORIES = ['bin', 'data', 'dev', 'etc', 'home', 'proc', 'root', 'run', 'sys', 'tmp', 'usr', 'var'];

/** An image of busybox with a link for each applet, in two layers: busybox (shared by all such images) and the files. Pure. */
export function busyboxImage(options: BusyboxImageOptions): OciImage {
  const base: TarEntry[] = [
    ...DIRECTORIES.map((path): TarEntry => ({ path, type: 'directory', mode: path === 'tmp' || path === 'data' ? 0o1777 : 0o755 })),
    {
      path: 'etc/passwd',
      type: 'file',
      content: Buffer.from('root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n'),
    },
    { path: 'etc/group', type: 'file', content: Buffer.from('root:x:0:\nnogroup:x:65534:\n') },
    { path: 'bin/busybox', type: 'file', mode: 0o755, content: options.busybox },
    ...options.applets
      .filter((name) => name !== 'busybox')
      .map((name): TarEntry => ({ path: `bin/${name}`, type: 'symlink', target: 'busybox' })),
  ];
  return ociImage({
    architecture: options.architecture,
    layers: options.files.length ? [base, withDirectories(options.files)] : [base],
    ...(options.entrypoint && { entrypoint: options.entrypoint }),
    ...(options.command && { command: options.command }),
    ...(options.user && { user: options.user }),
  });
}

/** The directories that the files lie in, each before its content. */
function withDirectories(files: readonly TarEntry[]): TarEntry[] {
  const seen = new Set<string>();
  return files.flatMap((file) => {
    const parents = file.path
      .split('/')
      .slice(0, -1)
      .map((_, i, parts) => parts.slice(0, i + 1).join('/'));
    const fresh = parents.filter((p) => !seen.has(p) && seen.add(p));
    return [...fresh.map((path): TarEntry => ({ path, type: 'directory' })), file];
  });
}
