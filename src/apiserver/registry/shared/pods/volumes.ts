/** Rules of a pod's volumes. */
import type { ISCSIVolumeSource, Volume } from '../../../../api/core/v1.gen.ts';
import { duplicate, forbidden, invalid, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { Quantity } from '../../../../machinery/quantity.ts';
import { goQuote } from '../../../../wire/json/go-text.ts';
import { nameIsSubdomain } from '../../validate-meta.ts';
import { checkClaimTemplate } from '../claim-spec.ts';
import { checkChoice, checkLabel, checkRequired, checkSubdomain } from '../field-checks.ts';
import { checkDescendingPath } from '../volumes/paths.ts';
import { checkConfigMapVolume, checkDownwardVolume, checkProjectedVolume, checkSecretVolume } from '../volumes/projected.ts';
import * as sources from '../volumes/sources.ts';
import { PULL_POLICIES } from './containers.ts';
import type { KnownVolumes } from './mounts.ts';

/** What volumes are judged by; templates know no name, and may be filled in later. */
export interface VolumeContext {
  readonly podName: string;
  readonly isPod: boolean;
}

interface SourceRule {
  readonly field: keyof Volume;
  /** Where upstream reports a second source, and where it reports what is wrong in the first one, when not at the field. */
  readonly conflictAt?: string;
  readonly detailAt?: string;
  check(volume: Volume, path: FieldPath, errors: FieldError[], context: VolumeContext): void;
}

/** A rule for a source that has no quirks. */
function plain<K extends keyof Volume>(
  field: K,
  check: sources.SourceCheck<NonNullable<Volume[K]>>,
  quirks: { readonly conflictAt?: string; readonly detailAt?: string } = {},
): SourceRule {
  return { field, ...quirks, check: (volume, path, errors) => check(volume[field] as NonNullable<Volume[K]>, path, errors) };
}

/** In the order they are looked at. */
const RULES: readonly SourceRule[] = [
  plain('emptyDir', ({ sizeLimit }, path, errors) => {
    if (sizeLimit !== undefined && Quantity.parse(sizeLimit).sign() < 0) {
      errors.push(forbidden(path.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity'));
    }
  }),
  plain('hostPath', sources.checkHostPath),
  plain('gitRepo', ({ repository, directory = '' }, path, errors) => {
    checkRequired(repository, path.child('repository'), errors);
    checkDescendingPath(directory, path.child('directory'), errors);
  }),
  plain('gcePersistentDisk', sources.checkGcePersistentDisk, { detailAt: 'persistentDisk' }),
  plain('awsElasticBlockStore', sources.checkAwsElasticBlockStore),
  plain('secret', checkSecretVolume),
  plain('nfs', sources.checkNfs),
  plain('iscsi', (source, path, errors) => {
    sources.checkIscsi(source, path, errors);
    sources.checkIscsiInitiator(source, path, errors);
  }),
  plain('glusterfs', sources.needs('endpoints', 'path')),
  plain('flocker', sources.checkFlocker),
  plain('persistentVolumeClaim', sources.needs('claimName')),
  plain('rbd', sources.checkRbd),
  plain('cinder', (source, path, errors) => {
    checkRequired(source.volumeID, path.child('volumeID'), errors);
    if (source.secretRef) checkRequired(source.secretRef.name, path.child('secretRef', 'name'), errors);
  }),
  plain('cephfs', sources.checkCephFs, { conflictAt: 'cephFS' }),
  plain('quobyte', sources.checkQuobyte),
  plain('downwardAPI', checkDownwardVolume, { conflictAt: 'downwarAPI' }),
  plain('fc', sources.checkFc),
  plain('flexVolume', sources.checkFlex),
  plain('configMap', checkConfigMapVolume),
  plain('azureFile', sources.needs('secretName', 'shareName')),
  plain('vsphereVolume', sources.needs('volumePath')),
  plain('photonPersistentDisk', sources.needs('pdID')),
  plain('portworxVolume', sources.needs('volumeID')),
  plain('azureDisk', sources.checkAzureDisk),
  plain('storageos', sources.checkStorageOs),
  plain('projected', checkProjectedVolume),
  plain('scaleIO', sources.needs('gateway', 'system', 'volumeName')),
  plain('csi', (source, path, errors) => {
    sources.checkCsiDriverName(source.driver, path.child('driver'), errors);
    if (!source.nodePublishSecretRef) return;
    const { name } = source.nodePublishSecretRef;
    if (checkRequired(name, path.child('nodePublishSecretRef', 'name'), errors)) checkSubdomain(name ?? '', path.child('name'), errors);
  }),
  {
    field: 'ephemeral',
    check({ ephemeral }, path, errors) {
      const template = ephemeral?.volumeClaimTemplate;
      if (template) checkClaimTemplate(template, path.child('volumeClaimTemplate'), errors);
      else errors.push(required(path.child('volumeClaimTemplate')));
    },
  },
  {
    field: 'image',
    check({ image }, path, errors, { isPod }) {
      if (isPod) checkRequired(image?.reference, path.child('reference'), errors);
      checkChoice(image?.pullPolicy, PULL_POLICIES, path.child('pullPolicy'), errors);
    },
  },
];

/** Gives the volumes that are fine, by name. */
export function checkVolumes(volumes: readonly Volume[], context: VolumeContext, path: FieldPath, errors: FieldError[]): KnownVolumes {
  const known = new Map<string, Volume>();
  const made = new Set(context.podName ? volumes.filter((v) => v.ephemeral).map((v) => `${context.podName}-${v.name}`) : []);
  volumes.forEach((volume, i) => {
    const here = path.index(i);
    const before = errors.length;
    checkSource(volume, context, here, errors);
    if (!volume.name) errors.push(required(here.child('name')));
    else checkLabel(volume.name, here.child('name'), errors);
    if (known.has(volume.name)) errors.push(duplicate(here.child('name'), volume.name));
    if (errors.length === before) known.set(volume.name, volume);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && made.has(claim)) {
      errors.push(
        invalid(
          here.child('persistentVolumeClaim', 'claimName'),
          claim,
          'must not reference a PVC that gets created for an ephemeral volume',
        ),
      );
    }
  });
  return known;
}

function checkSource(volume: Volume, context: VolumeContext, path: FieldPath, errors: FieldError[]): void {
  let count = 0;
  for (const rule of RULES) {
    if (!volume[rule.field]) continue;
    if (count++ === 0) rule.check(volume, path.child(rule.detailAt ?? rule.field), errors, context);
    else errors.push(forbidden(path.child(rule.conflictAt ?? rule.field), 'may not specify more than 1 volume type'));
    if (rule.field === 'iscsi') checkIscsiNames(volume.name, volume.iscsi, path, errors);
    if (rule.field === 'ephemeral' && count === 1) checkClaimName(volume.name, context.podName, path, errors);
  }
  if (count === 0) errors.push(required(path, 'must specify a volume type'));
}

const ISCSI_LIMIT = 64;

function checkIscsiNames(name: string, source: ISCSIVolumeSource | undefined, path: FieldPath, errors: FieldError[]): void {
  if (source?.initiatorName === undefined || `${name}:${source.targetPortal}`.length <= ISCSI_LIMIT) return;
  errors.push(
    invalid(
      path.child('name'),
      name,
      'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.',
    ),
  );
}

function checkClaimName(name: string, podName: string, path: FieldPath, errors: FieldError[]): void {
  if (!podName || !name) return;
  const claim = `${podName}-${name}`;
  for (const message of nameIsSubdomain(claim, false))
    errors.push(invalid(path.child('name'), name, `PVC name ${goQuote(claim)}: ${message}`));
}
