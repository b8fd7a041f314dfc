import type { NodeSelectorRequirement, PersistentVolume, PersistentVolumeSpec, VolumeNodeAffinity } from '../../../../api/core/v1.gen.ts';
import { fieldsOf, getType } from '../../../../api/schema.ts';
import { fieldPath, forbidden, invalid, type FieldError } from '../../../../machinery/field.ts';
import { checkImmutable, IMMUTABLE } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { nodeSelectorTermWarnings } from '../../shared/pods/node-label-warnings.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import { goDiff } from '../../shared/spec-diff.ts';
import { checkVolumeSpec } from '../../shared/volumes/pv-spec.ts';

const specPath = fieldPath('spec');

export function validatePersistentVolume({ metadata, spec }: PersistentVolume): FieldError[] {
  const errors: FieldError[] = [];
  checkVolumeSpec(spec, specPath, errors, { name: metadata.name });
  return errors;
}

export function validatePersistentVolumeUpdate(volume: PersistentVolume, old: PersistentVolume): FieldError[] {
  const errors = validatePersistentVolume(volume);
  const [source, was] = [sourceOf(volume.spec, old.spec), sourceOf(old.spec)];
  if (!semanticEqual(source, was)) {
    const diff = goDiff('core/v1.PersistentVolumeSource', was, source);
    errors.push(forbidden(specPath.child('persistentvolumesource'), `spec.persistentvolumesource is immutable after creation\n${diff}`));
  }
  checkImmutable(volume.spec.volumeMode, old.spec.volumeMode, fieldPath('volumeMode'), errors);
  if (old.spec.nodeAffinity && !sameAffinity(volume.spec.nodeAffinity, old.spec.nodeAffinity)) {
    const shown = goShown('core/v1.VolumeNodeAffinity', volume.spec.nodeAffinity);
    errors.push(invalid(fieldPath('nodeAffinity'), shown, `${IMMUTABLE}, except for updating from beta label to GA`));
  }
  if (old.spec.volumeAttributesClassName !== undefined && volume.spec.volumeAttributesClassName === undefined) {
    errors.push(forbidden(specPath.child('volumeAttributesClassName'), 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

/** The part of the spec that tells where the data is; a secret for growing it may be added to `old`'s. */
function sourceOf(spec: PersistentVolumeSpec, old?: PersistentVolumeSpec): Record<string, unknown> {
  const names = fieldsOf(getType('core/v1.PersistentVolumeSource'));
  const source: Record<string, unknown> = Object.fromEntries(Object.entries(spec).filter(([name]) => names.has(name)));
  if (spec.csi && old?.csi && !old.csi.controllerExpandSecretRef) {
    const { controllerExpandSecretRef: _added, ...rest } = spec.csi;
    source['csi'] = rest;
  }
  return source;
}

const GA_LABELS: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
};

/** Labels may be exchanged for their newer names. */
function sameAffinity(now: VolumeNodeAffinity | undefined, was: VolumeNodeAffinity): boolean {
  const newer = (old: NodeSelectorRequirement, next: NodeSelectorRequirement | undefined) =>
    next && GA_LABELS[old.key] === next.key ? { ...old, key: next.key } : old;
  const terms = was.required?.nodeSelectorTerms?.map((term, t) => ({
    ...term,
    ...(term.matchExpressions && {
      matchExpressions: term.matchExpressions.map((e, i) => newer(e, now?.required?.nodeSelectorTerms?.[t]?.matchExpressions?.[i])),
    }),
  }));
  return semanticEqual(now, was.required ? { ...was, required: { ...was.required, nodeSelectorTerms: terms } } : was);
}

const DEPRECATED: Readonly<Record<string, string>> = {
  'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
};
/** In upstream's order. */
const DEPRECATED_SOURCES: readonly (readonly [keyof PersistentVolumeSpec, string, string])[] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

export function persistentVolumeWarnings({ metadata, spec }: PersistentVolume): string[] {
  const recycle = 'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
  return [
    ...Object.entries(DEPRECATED).flatMap(([key, text]) =>
      metadata.annotations?.[key] === undefined ? [] : `${fieldPath('metadata', 'annotations').key(key)}: ${text}`,
    ),
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle' ? [`${specPath.child('persistentVolumeReclaimPolicy')}: ${recycle}`] : []),
    ...(spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap((term, i) =>
      nodeSelectorTermWarnings(term, false, specPath.child('nodeAffinity', 'required', 'nodeSelectorTerms').index(i)),
    ),
    ...DEPRECATED_SOURCES.flatMap(([field, name, text]) => (spec[field] ? `${specPath.child(name)}: ${text}` : [])),
  ];
}
