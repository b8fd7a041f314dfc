import { createHash } from 'node:crypto';

export interface ImageFile {
  /** Path without a leading slash; a trailing slash makes a directory. */
  readonly path: string;
  readonly content?: Uint8Array | string;
  readonly mode?: number;
  /** Makes a symbolic link. */
  readonly link?: string;
}

export interface OciImageOptions {
  /** With its tag: `localhost/busybox:1`. */
  readonly name: string;
  readonly files: readonly ImageFile[];
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: readonly string[];
  readonly user?: string;
  readonly architecture?: string;
}

/** An OCI image layout of one layer as a tar archive, for `ctr images import`. */
export function ociImageTar(options: OciImageOptions): Uint8Array {
  const layer = tar(options.files);
  const architecture = options.architecture ?? (process.arch === 'arm64' ? 'arm64' : 'amd64');
  const config = json({
    architecture,
    os: 'linux',
    config: {
      ...(options.entrypoint && { Entrypoint: options.entrypoint }),
      ...(options.cmd && { Cmd: options.cmd }),
      Env: options.env ?? ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ...(options.user && { User: options.user }),
    },
    rootfs: { type: 'layers', diff_ids: [digest(layer)] },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest(config), size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digest(layer), size: layer.length }],
  });
  const index = json({
    schemaVersion: 2,
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: digest(manifest),
        size: manifest.length,
        platform: { architecture, os: 'linux' },
        annotations: { 'io.containerd.image.name': options.name, 'org.opencontainers.image.ref.name': options.name.split(':').at(-1) },
      },
    ],
  });
  const blob = (content: Uint8Array): ImageFile => ({ path: `blobs/${digest(content).replace(':', '/')}`, content });
  return tar([
    { path: 'oci-layout', content: json({ imageLayoutVersion: '1.0.0' }) },
    { path: 'index.json', content: index },
    { path: 'blobs/' },
    { path: 'blobs/sha256/' },
    blob(manifest),
    blob(config),
    blob(layer),
  ]);
}

function digest(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function tar(files: readonly ImageFile[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const file of files) {
    const content = Buffer.from(typeof file.content === 'string' ? file.content : (file.content ?? []));
    blocks.push(header(file, content.length), content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  blocks.push(Buffer.alloc(1024));
  return Buffer.concat(blocks);
}

function header(file: ImageFile, size: number): Uint8Array {
  const directory = file.path.endsWith('/');
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, width: number) => block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  block.write(file.path, 0, 'utf8');
  octal(file.mode ?? (directory ? 0o755 : 0o644), 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.fill(' ', 148, 156);
  block.write(file.link !== undefined ? '2' : directory ? '5' : '0', 156, 'latin1');
  if (file.link !== undefined) block.write(file.link, 157, 'utf8');
  block.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
