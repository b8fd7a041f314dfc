/** Rules of volume sources that pods and persistent volumes have in common, or nearly so (pkg/apis/core/validation). */
import type {
  AWSElasticBlockStoreVolumeSource, AzureDiskVolumeSource, FCVolumeSource, FlexVolumeSource, FlockerVolumeSource, GCEPersistentDiskVolumeSource,
  HostPathVolumeSource, ISCSIVolumeSource, NFSVolumeSource, QuobyteVolumeSource, StorageOSVolumeSource,
} from '../../../../api/core/v1.gen.ts'; // prettier-ignore
import { invalid, notSupported, required, tooLong, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { inclusiveRangeError, isDNS1123Subdomain } from '../../../../machinery/names.ts';
import { checkLabel, checkRequired } from '../field-checks.ts';
import { checkNoBacksteps } from './paths.ts';

/** Checks one source; adds complaints. */
export type SourceCheck<T> = (source: T, path: FieldPath, errors: FieldError[]) => void;

/** Text fields that must be given. */
export function needs<K extends string>(...fields: readonly K[]): SourceCheck<{ readonly [F in K]?: string | undefined }> {
  return (source, path, errors) => {
    for (const field of fields) checkRequired(source[field], path.child(field), errors);
  };
}

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

export function checkHostPath(source: HostPathVolumeSource, path: FieldPath, errors: FieldError[]): void {
  if (!checkRequired(source.path, path.child('path'), errors)) return;
  checkNoBacksteps(source.path, path.child('path'), errors);
  if (source.type !== undefined && !HOST_PATH_TYPES.includes(source.type))
    errors.push(notSupported(path.child('type'), source.type, HOST_PATH_TYPES));
}

// Zero is fine too; upstream's message does not say so.
const PARTITION = inclusiveRangeError(1, 255);
const LUN = inclusiveRangeError(0, 255);

export function checkGcePersistentDisk(source: GCEPersistentDiskVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkRequired(source.pdName, path.child('pdName'), errors);
  checkByte(source.partition ?? 0, path.child('partition'), PARTITION, errors);
}

export function checkAwsElasticBlockStore(source: AWSElasticBlockStoreVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkRequired(source.volumeID, path.child('volumeID'), errors);
  checkByte(source.partition ?? 0, path.child('partition'), PARTITION, errors);
}

function checkByte(value: number, path: FieldPath, detail: string, errors: FieldError[]): void {
  if (value < 0 || value > 255) errors.push(invalid(path, value, detail));
}

export function checkNfs(source: NFSVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkRequired(source.server, path.child('server'), errors);
  checkRequired(source.path, path.child('path'), errors);
  if (!source.path.startsWith('/')) errors.push(invalid(path.child('path'), source.path, 'must be an absolute path'));
}

export function checkQuobyte(source: QuobyteVolumeSource, path: FieldPath, errors: FieldError[]): void {
  const pairs = 'must be a host:port pair or multiple pairs separated by commas';
  if (!source.registry) errors.push(required(path.child('registry'), pairs));
  else if ((source.tenant?.length ?? 0) >= 65)
    errors.push(required(path.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  else {
    for (const pair of source.registry.split(',')) {
      if (!/^(\[[^\]]*\]|[^:[\]]*):[^:[\]]*$/.test(pair)) errors.push(invalid(path.child('registry'), source.registry, pairs));
    }
  }
  checkRequired(source.volume, path.child('volume'), errors);
}

export function checkFlocker(source: FlockerVolumeSource, path: FieldPath, errors: FieldError[]): void {
  if (!source.datasetName && !source.datasetUUID) errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  if (source.datasetName && source.datasetUUID)
    errors.push(invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (source.datasetName?.includes('/')) errors.push(invalid(path.child('datasetName'), source.datasetName, "must not contain '/'"));
}

export function checkFc(source: FCVolumeSource, path: FieldPath, errors: FieldError[]): void {
  const names = source.targetWWNs ?? [];
  const ids = source.wwids ?? [];
  if (names.length === 0 && ids.length === 0)
    errors.push(required(path.child('targetWWNs'), 'must specify either targetWWNs or wwids, but not both'));
  if (names.length > 0 && ids.length > 0)
    errors.push(invalid(path.child('targetWWNs'), names, 'targetWWNs and wwids can not be specified simultaneously'));
  if (names.length === 0) return;
  if (source.lun === undefined) errors.push(required(path.child('lun'), 'lun is required if targetWWNs is specified'));
  else checkByte(source.lun, path.child('lun'), LUN, errors);
}

const IQN = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
} as const;

type Iscsi = Pick<
  ISCSIVolumeSource,
  'targetPortal' | 'iqn' | 'lun' | 'chapAuthDiscovery' | 'chapAuthSession' | 'secretRef' | 'initiatorName'
>;

/** `wrongStart`: what to say about a qualified name that starts with none of the known words. */
export function checkIscsi(
  source: Iscsi,
  path: FieldPath,
  errors: FieldError[],
  wrongStart = 'must be valid format starting with iqn, eui, or naa',
): void {
  checkRequired(source.targetPortal, path.child('targetPortal'), errors);
  if (checkRequired(source.iqn, path.child('iqn'), errors)) checkIqn(source.iqn, path.child('iqn'), wrongStart, errors);
  checkByte(source.lun, path.child('lun'), LUN, errors);
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) errors.push(required(path.child('secretRef')));
}

export function checkIscsiInitiator(
  { initiatorName }: Iscsi,
  path: FieldPath,
  errors: FieldError[],
  wrongStart = 'must be valid format starting with iqn, eui, or naa',
): void {
  if (initiatorName !== undefined) checkIqn(initiatorName, path.child('initiatorname'), wrongStart, errors);
}

function checkIqn(name: string, path: FieldPath, wrongStart: string, errors: FieldError[]): void {
  const start = (['iqn', 'eui', 'naa'] as const).find((word) => name.startsWith(word));
  if (!start) errors.push(invalid(path, name, wrongStart));
  else if (!IQN[start].test(name)) errors.push(invalid(path, name, 'must be valid format'));
}

const CACHING_MODES = ['None', 'ReadOnly', 'ReadWrite'];
const DISK_KINDS = ['Dedicated', 'Managed', 'Shared'];
const MANAGED_URI = ['/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'];
const BLOB_URI = ['https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'];

export function checkAzureDisk(source: AzureDiskVolumeSource, path: FieldPath, errors: FieldError[]): void {
  const { cachingMode, kind, diskURI } = source;
  checkRequired(source.diskName, path.child('diskName'), errors);
  checkRequired(diskURI, path.child('diskURI'), errors);
  if (cachingMode !== undefined && !CACHING_MODES.includes(cachingMode))
    errors.push(notSupported(path.child('cachingMode'), cachingMode, CACHING_MODES));
  if (kind === undefined) return;
  if (!DISK_KINDS.includes(kind)) errors.push(notSupported(path.child('kind'), kind, DISK_KINDS));
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/')) errors.push(notSupported(path.child('diskURI'), diskURI, MANAGED_URI));
  if (kind !== 'Managed' && !diskURI.startsWith('https://')) errors.push(notSupported(path.child('diskURI'), diskURI, BLOB_URI));
}

export function checkFlex({ driver, options }: Pick<FlexVolumeSource, 'driver' | 'options'>, path: FieldPath, errors: FieldError[]): void {
  checkRequired(driver, path.child('driver'), errors);
  for (const key of Object.keys(options ?? {})) {
    const domain = `.${(key.includes('/') ? key.slice(0, key.indexOf('/')) : key).toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')) {
      errors.push(invalid(path.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved'));
    }
  }
}

export function checkRbd(
  { monitors, image }: { readonly monitors: readonly string[]; readonly image: string },
  path: FieldPath,
  errors: FieldError[],
): void {
  if (monitors.length === 0) errors.push(required(path.child('monitors')));
  checkRequired(image, path.child('image'), errors);
}

export function checkCephFs({ monitors }: { readonly monitors: readonly string[] }, path: FieldPath, errors: FieldError[]): void {
  if (monitors.length === 0) errors.push(required(path.child('monitors')));
}

export function checkStorageOs(
  source: Pick<StorageOSVolumeSource, 'volumeName' | 'volumeNamespace' | 'secretRef'>,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (checkRequired(source.volumeName, path.child('volumeName'), errors))
    checkLabel(source.volumeName ?? '', path.child('volumeName'), errors);
  if (source.volumeNamespace) checkLabel(source.volumeNamespace, path.child('volumeNamespace'), errors);
  if (source.secretRef) checkRequired(source.secretRef.name, path.child('secretRef', 'name'), errors);
}

export function checkCsiDriverName(driver: string, path: FieldPath, errors: FieldError[]): void {
  if (!checkRequired(driver, path, errors)) return;
  if (driver.length > 63) errors.push(tooLong(path, '', 63));
  for (const message of isDNS1123Subdomain(driver.toLowerCase())) errors.push(invalid(path, driver, message));
}
