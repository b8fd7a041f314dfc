import type { StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy } from '../../../../api/apps/v1.gen.ts';
import type { PodTemplateSpec, Volume } from '../../../../api/core/v1.gen.ts';
import { fieldPath, forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkClaimSpec } from '../../shared/claim-spec.ts';
import { checkLabel, checkNonNegative } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkAtMost100Percent, checkIntOrPercent, numberIn } from '../../shared/int-or-percent.ts';
import { checkPodTemplate } from '../../shared/pods/pod-template.ts';
import { checkRequiredSelector, checkRunsForever, checkTemplateMatches, matcherOf } from '../../shared/pods/workload-template.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import { checkCounts, checkNotDecremented, checkWithinReplicas } from '../../shared/status-counts.ts';

const specPath = fieldPath('spec');
const statusPath = fieldPath('status');
const RETENTION = ['Retain', 'Delete'];
const ONLY_THESE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', " +
  "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** `old` when the set is updated: what cannot change is not judged again. */
export function validateStatefulSet({ spec }: StatefulSet, old?: StatefulSet): FieldError[] {
  const errors: FieldError[] = [];
  const management = spec.podManagementPolicy ?? '';
  const managementPath = specPath.child('podManagementPolicy');
  if (!management) errors.push(required(managementPath));
  else if (management !== 'OrderedReady' && management !== 'Parallel')
    errors.push(invalid(managementPath, management, "must be 'OrderedReady' or 'Parallel'"));
  checkStrategy(spec.updateStrategy, specPath.child('updateStrategy'), errors);
  const retention = spec.persistentVolumeClaimRetentionPolicy;
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    const value = retention?.[field] ?? '';
    if (retention && !RETENTION.includes(value))
      errors.push(notSupported(specPath.child('persistentVolumeClaimRetentionPolicy', field), value, RETENTION));
  }
  if (!old)
    spec.volumeClaimTemplates?.forEach((claim, i) =>
      checkClaimSpec(claim.spec, specPath.child('volumeClaimTemplates').index(i).child('spec'), errors),
    );
  checkNonNegative(spec.replicas, specPath.child('replicas'), errors);
  checkNonNegative(spec.minReadySeconds, specPath.child('minReadySeconds'), errors);
  checkNonNegative(spec.ordinals?.start, specPath.child('ordinals.start'), errors);
  if (!old && spec.serviceName) checkLabel(spec.serviceName, specPath.child('serviceName'), errors);
  checkRequiredSelector(spec.selector, 'statefulset', specPath.child('selector'), errors);
  const matcher = matcherOf(spec.selector);
  const path = specPath.child('template');
  if (!matcher) errors.push(invalid(specPath.child('selector'), spec.selector, ''));
  else {
    checkTemplateMatches(spec.template, matcher, path, errors);
    checkPodTemplate(asPodsWillBe(spec), path, errors);
  }
  checkRunsForever(spec.template, 'StatefulSet', path, errors);
  return errors;
}

/** The set gives its pods host names and volumes of its own. */
function asPodsWillBe({ template, volumeClaimTemplates = [] }: StatefulSetSpec): PodTemplateSpec {
  const { subdomain: _subdomain, hostname: _hostname, ...spec } = template.spec;
  const names = new Set(volumeClaimTemplates.map((claim) => claim.metadata?.name ?? ''));
  const claims: Volume[] = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return { ...template, spec: { ...spec, volumes: [...claims, ...(spec.volumes ?? []).filter((volume) => !names.has(volume.name))] } };
}

function checkStrategy(strategy: StatefulSetUpdateStrategy, path: FieldPath, errors: FieldError[]): void {
  const { type, rollingUpdate } = strategy;
  const here = path.child('rollingUpdate');
  if (!type) errors.push(required(path));
  else if (type === 'OnDelete') {
    const shown = goShown('apps/v1.RollingUpdateStatefulSetStrategy', rollingUpdate);
    if (rollingUpdate) errors.push(invalid(here, shown, "only allowed for updateStrategy 'RollingUpdate'"));
  } else if (type !== 'RollingUpdate') {
    errors.push(invalid(path, goShown('apps/v1.StatefulSetUpdateStrategy', strategy), "must be 'RollingUpdate' or 'OnDelete'"));
  } else if (rollingUpdate) {
    checkNonNegative(rollingUpdate.partition, here.child('partition'), errors);
    const { maxUnavailable } = rollingUpdate;
    if (maxUnavailable === undefined) return;
    checkIntOrPercent(maxUnavailable, here.child('maxUnavailable'), errors);
    if (numberIn(maxUnavailable) === 0) errors.push(invalid(here.child('maxUnavailable'), maxUnavailable, 'cannot be 0'));
    checkAtMost100Percent(maxUnavailable, here.child('maxUnavailable'), errors);
  }
}

export function validateStatefulSetUpdate(set: StatefulSet, old: StatefulSet): FieldError[] {
  const errors = validateStatefulSet(set, old);
  const { replicas, template, updateStrategy, minReadySeconds, ordinals, revisionHistoryLimit, persistentVolumeClaimRetentionPolicy } =
    old.spec;
  const changeable = {
    replicas,
    template,
    updateStrategy,
    minReadySeconds,
    ordinals,
    revisionHistoryLimit,
    persistentVolumeClaimRetentionPolicy,
  };
  if (!semanticEqual({ ...set.spec, ...changeable }, old.spec)) errors.push(forbidden(specPath, ONLY_THESE));
  return errors;
}

const COUNTS = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
];
const WITHIN = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'];

export function validateStatefulSetStatus(set: StatefulSet, old: StatefulSet): FieldError[] {
  const errors: FieldError[] = [];
  const status = set.status ?? {};
  checkCounts(status, COUNTS, statusPath, errors);
  checkWithinReplicas(status, WITHIN, statusPath, errors, 'status.readyReplicas');
  checkNotDecremented(status, old.status ?? {}, 'collisionCount', statusPath, errors);
  return errors;
}
