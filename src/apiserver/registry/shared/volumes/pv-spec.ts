/** Rules of persistent volumes' specs, also of those that are written into volume attachments (ValidatePersistentVolumeSpec). */
import { posix } from 'node:path';
import type { CSIPersistentVolumeSource, PersistentVolumeSpec, SecretReference } from '../../../../api/core/v1.gen.ts';
import { forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { ACCESS_MODES, VOLUME_MODES } from '../claim-spec.ts';
import { checkLabel, checkRequired, checkSubdomain } from '../field-checks.ts';
import { checkNodeSelector } from '../node-selectors.ts';
import { checkBasicQuantity, checkPositiveQuantity } from '../quantities.ts';
import { checkNoBacksteps } from './paths.ts';
import * as sources from './sources.ts';

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];

export interface VolumeSpecContext {
  readonly name: string;
  /** Part of a volume attachment: much may not be said there. */
  readonly inline?: boolean;
  readonly anyAffinityValues?: boolean;
}

interface SourceRule {
  readonly field: keyof PersistentVolumeSpec;
  readonly conflictAt?: string;
  readonly detailAt?: string;
  /** A second source is judged too, not refused: as upstream does it. */
  readonly always?: boolean;
  check(spec: PersistentVolumeSpec, path: FieldPath, errors: FieldError[], name: string): void;
}

function plain<K extends keyof PersistentVolumeSpec>(
  field: K,
  check: sources.SourceCheck<NonNullable<PersistentVolumeSpec[K]>>,
  quirks: Pick<SourceRule, 'conflictAt' | 'detailAt' | 'always'> = {},
): SourceRule {
  return { field, ...quirks, check: (spec, path, errors) => check(spec[field] as NonNullable<PersistentVolumeSpec[K]>, path, errors) };
}

const withSecret = (secret: SecretReference | undefined, path: FieldPath, errors: FieldError[]) => {
  if (!secret) return;
  checkRequired(secret.name, path.child('secretRef', 'name'), errors);
  checkRequired(secret.namespace, path.child('secretRef', 'namespace'), errors);
};

const RULES: readonly SourceRule[] = [
  plain('hostPath', sources.checkHostPath),
  plain('gcePersistentDisk', sources.checkGcePersistentDisk, { detailAt: 'persistentDisk' }),
  plain('awsElasticBlockStore', sources.checkAwsElasticBlockStore),
  plain('glusterfs', (source, path, errors) => {
    sources.needs('endpoints', 'path')(source, path, errors);
    const namespace = source.endpointsNamespace;
    const here = path.child('endpointsNamespace');
    if (namespace === '') errors.push(invalid(here, namespace, 'if the endpointnamespace is set, it must be a valid namespace name'));
    else if (namespace !== undefined) checkLabel(namespace, here, errors);
  }),
  plain('flocker', sources.checkFlocker),
  plain('nfs', sources.checkNfs),
  plain('rbd', sources.checkRbd),
  plain('quobyte', sources.checkQuobyte),
  plain('cephfs', sources.checkCephFs, { conflictAt: 'cephFS' }),
  {
    field: 'iscsi',
    check({ iscsi }, path, errors, name) {
      if (!iscsi) return;
      sources.checkIscsi(iscsi, path, errors, 'must be valid format');
      if (iscsi.initiatorName !== undefined && `${name}:${iscsi.targetPortal}`.length > 64) {
        const detail =
          'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
        errors.push(invalid(path.child('targetportal'), iscsi.targetPortal, detail));
      }
      if (iscsi.secretRef) checkRequired(iscsi.secretRef.name, path.child('secretRef', 'name'), errors);
      sources.checkIscsiInitiator(iscsi, path, errors, 'must be valid format');
    },
  },
  plain('cinder', (source, path, errors) => {
    checkRequired(source.volumeID, path.child('volumeID'), errors);
    withSecret(source.secretRef, path, errors);
  }),
  plain('fc', sources.checkFc),
  plain('flexVolume', sources.checkFlex, { always: true }),
  plain('azureFile', (source, path, errors) => {
    sources.needs('secretName', 'shareName')(source, path, errors);
    if (source.secretNamespace === '') errors.push(required(path.child('secretNamespace')));
  }),
  plain('vsphereVolume', sources.needs('volumePath')),
  plain('photonPersistentDisk', sources.needs('pdID')),
  plain('portworxVolume', sources.needs('volumeID')),
  plain('azureDisk', sources.checkAzureDisk),
  plain('scaleIO', sources.needs('gateway', 'system', 'volumeName')),
  plain('local', (source, path, errors) => {
    if (checkRequired(source.path, path.child('path'), errors)) checkNoBacksteps(source.path, path.child('path'), errors);
  }),
  plain('storageos', (source, path, errors) => {
    const { secretRef, ...rest } = source;
    sources.checkStorageOs(rest, path, errors);
    if (!secretRef) return;
    checkRequired(secretRef.name, path.child('secretRef', 'name'), errors);
    checkRequired(secretRef.namespace, path.child('secretRef', 'namespace'), errors);
  }),
  plain('csi', checkCsi),
];

function checkCsi(source: CSIPersistentVolumeSource, path: FieldPath, errors: FieldError[]): void {
  sources.checkCsiDriverName(source.driver, path.child('driver'), errors);
  checkRequired(source.volumeHandle, path.child('volumeHandle'), errors);
  for (const field of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const) {
    const secret = source[field];
    if (!secret) continue;
    const here = path.child(field);
    if (checkRequired(secret.name, here.child('name'), errors)) checkSubdomain(secret.name ?? '', here.child('name'), errors);
    if (checkRequired(secret.namespace, here.child('namespace'), errors))
      checkLabel(secret.namespace ?? '', here.child('namespace'), errors);
  }
}

const INLINE = 'in the context of inline volumes';

export function checkVolumeSpec(spec: PersistentVolumeSpec, path: FieldPath, errors: FieldError[], context: VolumeSpecContext): void {
  const { inline = false } = context;
  if (inline) {
    if (spec.claimRef) errors.push(forbidden(path.child('claimRef'), `may not be specified ${INLINE}`));
    if (Object.keys(spec.capacity ?? {}).length > 0) errors.push(forbidden(path.child('capacity'), `may not be specified ${INLINE}`));
    if (!spec.csi) errors.push(required(path.child('csi'), `has to be specified ${INLINE}`));
  }
  checkAccessModes(spec.accessModes ?? [], path.child('accessModes'), errors);
  if (!inline) checkCapacity(spec.capacity ?? {}, path.child('capacity'), errors);
  checkReclaimPolicy(spec.persistentVolumeReclaimPolicy, inline, path.child('persistentVolumeReclaimPolicy'), errors);
  checkAffinity(spec, context, path.child('nodeAffinity'), errors);
  checkSource(spec, context, path, errors);
  if (spec.hostPath && posix.normalize(spec.hostPath.path) === '/' && spec.persistentVolumeReclaimPolicy === 'Recycle') {
    errors.push(forbidden(path.child('persistentVolumeReclaimPolicy'), "may not be 'recycle' for a hostPath mount of '/'"));
  }
  checkClasses(spec, inline, path, errors);
}

function checkAccessModes(modes: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (modes.length === 0) errors.push(required(path));
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(path, mode, ACCESS_MODES));
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
}

function checkCapacity(capacity: Readonly<Record<string, string>>, path: FieldPath, errors: FieldError[]): void {
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required(path));
  if (capacity['storage'] === undefined || names.length > 1)
    errors.push(notSupported(path, names.length > 0 ? capacity : null, ['storage']));
  for (const [name, value] of Object.entries(capacity)) {
    checkBasicQuantity(value, path.key(name), errors);
    checkPositiveQuantity(value, path.key(name), errors);
  }
}

function checkReclaimPolicy(policy: string | undefined, inline: boolean, path: FieldPath, errors: FieldError[]): void {
  if (!policy) return;
  if (inline) {
    if (policy !== 'Retain') errors.push(forbidden(path, `may only be Retain ${INLINE}`));
  } else if (!RECLAIM_POLICIES.includes(policy)) errors.push(notSupported(path, policy, RECLAIM_POLICIES));
}

function checkAffinity(
  { nodeAffinity }: PersistentVolumeSpec,
  { inline, anyAffinityValues }: VolumeSpecContext,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (!nodeAffinity) return;
  if (inline) errors.push(forbidden(path, `may not be specified ${INLINE}`));
  else if (nodeAffinity.required)
    checkNodeSelector(nodeAffinity.required, path.child('required'), errors, { anyValues: anyAffinityValues ?? false });
  else errors.push(required(path.child('required'), 'must specify required node constraints'));
}

function checkSource(spec: PersistentVolumeSpec, context: VolumeSpecContext, path: FieldPath, errors: FieldError[]): void {
  let count = 0;
  for (const rule of RULES) {
    if (!spec[rule.field]) continue;
    if (count > 0 && !rule.always) {
      errors.push(forbidden(path.child(rule.conflictAt ?? rule.field), 'may not specify more than 1 volume type'));
      continue;
    }
    count++;
    rule.check(spec, path.child(rule.detailAt ?? rule.field), errors, context.name);
    if (rule.field === 'local' && (!spec.nodeAffinity || context.inline))
      errors.push(required(path.child('nodeAffinity'), 'Local volume requires node affinity'));
  }
  if (count === 0) errors.push(required(path, 'must specify a volume type'));
}

function checkClasses(spec: PersistentVolumeSpec, inline: boolean, path: FieldPath, errors: FieldError[]): void {
  const { storageClassName, volumeMode, volumeAttributesClassName: attributes } = spec;
  if (storageClassName && inline) errors.push(forbidden(path.child('storageClassName'), `may not be specified ${INLINE}`));
  else if (storageClassName) checkSubdomain(storageClassName, path.child('storageClassName'), errors);
  if (volumeMode !== undefined && inline) {
    if (volumeMode !== 'Filesystem')
      errors.push(forbidden(path.child('volumeMode'), `may not specify volumeMode other than Filesystem ${INLINE}`));
  } else if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode))
    errors.push(notSupported(path.child('volumeMode'), volumeMode, VOLUME_MODES));
  if (attributes === undefined) return;
  if (attributes === '') errors.push(required(path.child('volumeAttributesClassName'), 'an empty string is disallowed'));
  else checkSubdomain(attributes, path.child('volumeAttributesClassName'), errors);
  if (!spec.csi) errors.push(required(path.child('csi'), 'has to be specified when using volumeAttributesClassName'));
}
