import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ociImageTar, type ImageFile, type OciImageOptions } from './oci-image.ts';

/** An image of Debian's busybox-static with links for every applet. Throws when the package is not installed. */
export function busyboxImage(options: Partial<OciImageOptions> & { readonly name: string }): Uint8Array {
  const binary = readFileSync('/bin/busybox');
  const applets = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).split('\n').filter(Boolean);
  const files: ImageFile[] = [
    ...['bin/', 'etc/', 'tmp/', 'var/', 'usr/', 'root/', 'home/', 'proc/', 'sys/', 'dev/', 'run/'].map((path) => ({
      path,
      mode: path === 'tmp/' ? 0o1777 : 0o755,
    })),
    { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n' },
    { path: 'etc/group', content: 'root:x:0:\nnogroup:x:65534:\n' },
    { path: 'bin/busybox', content: binary, mode: 0o755 },
    ...applets.filter((name) => name !== 'busybox').map((name) => ({ path: `bin/${name}`, link: 'busybox' })),
  ];
  return ociImageTar({ cmd: ['sh'], files, ...options });
}
