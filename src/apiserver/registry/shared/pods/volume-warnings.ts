/** Warnings about volumes: kinds that are gone, files that hide each other. */
import type { Volume, VolumeProjection } from '../../../../api/core/v1.gen.ts';
import type { FieldPath } from '../../../../machinery/field.ts';
import { goQuote } from '../../../../wire/json/go-text.ts';
import { claimSpecWarnings } from '../claim-warnings.ts';

/** In upstream's order, with the field's name as upstream prints it. */
const DEPRECATED: readonly (readonly [keyof Volume, string, string])[] = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

export function volumeWarnings(volumes: readonly Volume[], path: FieldPath): string[] {
  const kinds = volumes.flatMap((volume, i) => [
    ...DEPRECATED.flatMap(([field, name, text]) => (volume[field] ? `${path.index(i).child(name)}: ${text}` : [])),
    ...claimSpecWarnings(volume.ephemeral?.volumeClaimTemplate?.spec, path.index(i).child('ephemeral', 'volumeClaimTemplate', 'spec')),
  ]);
  return [...kinds, ...volumes.flatMap(overlaps)];
}

interface File {
  readonly path: string;
  /** Where it comes from; empty when the volume has one source only. */
  readonly source: string;
}

function overlaps(volume: Volume): string[] {
  const { name, configMap, secret, downwardAPI, projected } = volume;
  const warn = (what: string, bodies: readonly string[]) =>
    bodies.map((body) => `volume ${goQuote(name)} (${what}): overlapping paths: ${body}`);
  const files = (items: readonly { readonly path: string }[] | undefined): File[] =>
    (items ?? []).map((item) => ({ path: item.path, source: '' }));
  return [
    ...warn(`ConfigMap ${goQuote(configMap?.name ?? '')}`, collisions(files(configMap?.items))),
    ...warn(`Secret ${goQuote(secret?.secretName ?? '')}`, collisions(files(secret?.items))),
    ...warn('DownwardAPI', collisions(files(downwardAPI?.items))),
    ...(projected?.sources ?? []).flatMap((source) =>
      isEmpty(source) ? `volume ${goQuote(name)} (Projected) has no sources provided` : [],
    ),
    ...warn('Projected', collisions((projected?.sources ?? []).flatMap(projectedFiles))),
  ];
}

const isEmpty = (source: VolumeProjection) => Object.values(source).every((value) => value === undefined || value === null);

function projectedFiles({ configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection): File[] {
  const from = (items: readonly { readonly path: string }[], source: string) => items.map(({ path }) => ({ path, source }));
  if (configMap?.items) return from(configMap.items, `ConfigMap ${goQuote(configMap.name ?? '')}`);
  if (secret?.items) return from(secret.items, `Secret ${goQuote(secret.name ?? '')}`);
  if (downwardAPI?.items) return from(downwardAPI.items, 'DownwardAPI');
  return serviceAccountToken ? [{ path: serviceAccountToken.path, source: 'ServiceAccountToken' }] : [];
}

function collisions(files: readonly File[]): string[] {
  const seen: File[] = [];
  return files.flatMap((raw) => {
    const file = { ...raw, path: raw.path.replace(/\/+$/, '') };
    const hits =
      file.path === ''
        ? []
        : seen.filter((other) => other.path !== '' && (isBelow(other.path, file.path) || isBelow(file.path, other.path)));
    seen.push(file);
    return hits.map((other) => `${show(file)} with ${show(other)}`);
  });
}

const isBelow = (path: string, directory: string) => `${path}/`.startsWith(`${directory}/`);
const show = ({ path, source }: File) => (source === '' ? goQuote(path) : `${goQuote(path)} (${source})`);
