/** Rules of volumes made of files: secrets, config maps, the downward API, projected volumes. */
import type {
  ConfigMapVolumeSource, DownwardAPIVolumeFile, DownwardAPIVolumeSource, KeyToPath, ProjectedVolumeSource, SecretVolumeSource,
  ServiceAccountTokenProjection, VolumeProjection,
} from '../../../../api/core/v1.gen.ts'; // prettier-ignore
import { forbidden, invalid, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkRequired } from '../field-checks.ts';
import { checkObjectFieldSelector, checkResourceFieldSelector } from '../pods/field-selectors.ts';
import { checkFileMode, checkNonReservedPath } from './paths.ts';

const DOWNWARD_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const CONFLICT = 'conflicting duplicate paths';

export function checkSecretVolume(source: SecretVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkRequired(source.secretName, path.child('secretName'), errors);
  checkFileMode(source.defaultMode, path.child('defaultMode'), errors);
  source.items?.forEach((item, i) => checkKeyToPath(item, path.child('items').index(i), errors));
}

export function checkConfigMapVolume(source: ConfigMapVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkRequired(source.name, path.child('name'), errors);
  checkFileMode(source.defaultMode, path.child('defaultMode'), errors);
  source.items?.forEach((item, i) => checkKeyToPath(item, path.child('items').index(i), errors));
}

function checkKeyToPath(item: KeyToPath, path: FieldPath, errors: FieldError[]): void {
  checkRequired(item.key, path.child('key'), errors);
  checkRequired(item.path, path.child('path'), errors);
  checkNonReservedPath(item.path, path.child('path'), errors);
  checkFileMode(item.mode, path.child('mode'), errors);
}

export function checkDownwardVolume(source: DownwardAPIVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFileMode(source.defaultMode, path.child('defaultMode'), errors);
  for (const file of source.items ?? []) checkDownwardFile(file, path, errors);
}

function checkDownwardFile(file: DownwardAPIVolumeFile, path: FieldPath, errors: FieldError[]): void {
  checkRequired(file.path, path.child('path'), errors);
  checkNonReservedPath(file.path, path.child('path'), errors);
  if (file.fieldRef) {
    checkObjectFieldSelector(file.fieldRef, DOWNWARD_FIELDS, path.child('fieldRef'), errors);
    if (file.resourceFieldRef) errors.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (file.resourceFieldRef) checkResourceFieldSelector(file.resourceFieldRef, true, path.child('resourceFieldRef'), errors);
  else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  checkFileMode(file.mode, path.child('mode'), errors);
}

export function checkProjectedVolume(source: ProjectedVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFileMode(source.defaultMode, path.child('defaultMode'), errors);
  const paths = new Set<string>();
  source.sources?.forEach((projection, i) => checkProjection(projection, path, path.child('sources').index(i), paths, errors));
}

function checkProjection(source: VolumeProjection, volume: FieldPath, path: FieldPath, paths: Set<string>, errors: FieldError[]): void {
  let count = 0;
  for (const kind of ['secret', 'configMap'] as const) {
    const keys = source[kind];
    if (!keys) continue;
    count++;
    checkRequired(keys.name, path.child(kind, 'name'), errors);
    keys.items?.forEach((item, i) => {
      checkKeyToPath(item, path.child(kind, 'items').index(i), errors);
      claim(item.path, keys.name ?? '', paths, volume, errors);
    });
  }
  if (source.downwardAPI) {
    count++;
    for (const file of source.downwardAPI.items ?? []) {
      checkDownwardFile(file, path.child('downwardAPI'), errors);
      claim(file.path, file.path, paths, volume, errors);
    }
  }
  if (source.serviceAccountToken) {
    count++;
    checkToken(source.serviceAccountToken, volume, path.child('serviceAccountToken'), errors);
  }
  if (count > 1) errors.push(forbidden(path, 'may not specify more than 1 volume type per source'));
}

/** No two sources may write the same file. */
function claim(target: string, shown: string, paths: Set<string>, volume: FieldPath, errors: FieldError[]): void {
  if (target === '') return;
  if (paths.has(target)) errors.push(invalid(volume, shown, CONFLICT));
  paths.add(target);
}

function checkToken(source: ServiceAccountTokenProjection, volume: FieldPath, path: FieldPath, errors: FieldError[]): void {
  const seconds = source.expirationSeconds ?? 0;
  if (seconds < 600) errors.push(invalid(path.child('expirationSeconds'), seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > 2 ** 32)
    errors.push(invalid(path.child('expirationSeconds'), seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (source.path === '') errors.push(required(volume.child('path')));
  else checkNonReservedPath(source.path, volume.child('path'), errors);
}
