/** Makes OCI images (https://github.com/opencontainers/image-spec): layers, config and manifest in memory. Pure and reproducible. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tar, type TarEntry } from './tar.ts';

/** Upstream's and Go's name of the machine. */
export type Architecture = 'amd64' | 'arm64';

export interface ImageOptions {
  readonly architecture: Architecture;
  /** Lowest layer first. */
  readonly layers: readonly (readonly TarEntry[])[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly string[];
  readonly user?: string;
  readonly workingDir?: string;
}

export interface Blob {
  readonly mediaType: string;
  /** `sha256:...`. */
  readonly digest: string;
  readonly content: Buffer;
}

export interface OciImage {
  readonly manifest: Blob;
  /** The config first, then the layers in order. */
  readonly blobs: readonly Blob[];
}

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export function ociImage(options: ImageOptions): OciImage {
  const archives = options.layers.map((entries) => tar(entries));
  const layers = archives.map((archive) => blob(LAYER, gzipSync(archive, { level: 9 })));
  const config = blob(CONFIG, json(imageConfig(options, archives.map(sha256))));
  const descriptor = ({ mediaType, digest, content }: Blob) => ({ mediaType, digest, size: content.length });
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: descriptor(config), layers: layers.map(descriptor) };
  return { manifest: blob(MANIFEST, json(manifest)), blobs: [config, ...layers] };
}

function imageConfig(options: ImageOptions, diffIds: readonly string[]): unknown {
  return {
    created: '1970-01-01T00:00:00Z',
    architecture: options.architecture,
    os: 'linux',
    config: {
      User: options.user,
      Env: options.env ?? ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Entrypoint: options.entrypoint,
      Cmd: options.command,
      WorkingDir: options.workingDir ?? '/',
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'wherry' })),
  };
}

/** An OCI image layout as one tar archive, which `ctr images import` and `skopeo copy oci-archive:` read. `reference` is the full name. */
export function ociArchive(image: OciImage, reference: string): Buffer {
  const { mediaType, digest, content } = image.manifest;
  const annotations = { 'io.containerd.image.name': reference, 'org.opencontainers.image.ref.name': reference };
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size: content.length, annotations }] };
  const blobs = [image.manifest, ...image.blobs];
  return tar([
    { path: 'oci-layout', type: 'file', content: json({ imageLayoutVersion: '1.0.0' }) },
    { path: 'index.json', type: 'file', content: json(index) },
    { path: 'blobs', type: 'directory' },
    { path: 'blobs/sha256', type: 'directory' },
    ...blobs.map((b): TarEntry => ({ path: `blobs/${b.digest.replace(':', '/')}`, type: 'file', content: b.content })),
  ]);
}

function blob(mediaType: string, content: Buffer): Blob {
  return { mediaType, digest: sha256(content), content };
}

function sha256(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
