/** What a node must look like (ValidateNode, ValidateNodeUpdate). */
import type { ConfigMapNodeConfigSource, Node, NodeConfigSource, Taint } from '../../../../api/core/v1.gen.ts';
import { parseCidr } from '../../../../base/ip.ts';
import {
  duplicate,
  fieldPath,
  FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
  type FieldPath,
} from '../../../../machinery/field.ts';
import { isConfigMapKey, isLabelValue } from '../../../../machinery/names.ts';
import { goQuote } from '../../../../wire/json/go-text.ts';
import { checkLabel, checkPositive, checkQualifiedName, checkRequired, checkRule, checkSubdomain } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkLegacyCidr } from '../../shared/ip-fields.ts';
import { checkResourceQuantity } from '../../shared/quantities.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';

const specPath = fieldPath('spec');
const statusPath = fieldPath('status');
const metadataPath = fieldPath('metadata');
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const FEATURE = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;
const FEATURE_LIMIT = 253;

export function validateNode(node: Node): FieldError[] {
  const errors: FieldError[] = [];
  const cidrs = node.spec?.podCIDRs ?? [];
  checkTaints(node.spec?.taints ?? [], errors);
  checkResources(node, errors);
  const swap = node.status?.nodeInfo?.swap;
  if (swap?.capacity !== undefined) checkPositive(swap.capacity, metadataPath.child('nodeSwapStatus', 'capacity'), errors);
  checkFeatures(node.status?.declaredFeatures ?? [], errors);
  cidrs.forEach((cidr, i) => checkLegacyCidr(specPath.child('podCIDRs').index(i), cidr, undefined, errors));
  const families = new Set(cidrs.map((cidr) => parseCidr(cidr)?.network.family));
  if (cidrs.length > 1 && (families.size !== 2 || cidrs.length > 2)) {
    errors.push(invalid(specPath.child('podCIDRs'), cidrs, 'may specify no more than one CIDR for each IP family'));
  }
  return errors;
}

export function validateNodeUpdate(node: Node, old: Node): FieldError[] {
  const errors: FieldError[] = [];
  const [spec, was] = [node.spec ?? {}, old.spec ?? {}];
  checkResources(node, errors);
  checkFeatures(node.status?.declaredFeatures ?? [], errors);
  const addresses = node.status?.addresses ?? [];
  addresses.forEach((address, i) => {
    if (addresses.findIndex((other) => other.type === address.type && other.address === address.address) === i) return;
    errors.push(duplicate(statusPath.child('addresses').index(i), goShown('core/v1.NodeAddress', address)));
  });
  if ((was.podCIDRs?.length ?? 0) > 0 && !semanticEqual(was.podCIDRs, spec.podCIDRs)) {
    errors.push(forbidden(specPath.child('podCIDRs'), 'node updates may not change podCIDR except from "" to valid'));
  }
  if (was.providerID && was.providerID !== spec.providerID) {
    errors.push(forbidden(specPath.child('providerID'), 'node updates may not change providerID except from "" to valid'));
  }
  if (spec.configSource) checkConfigSource(spec.configSource, false, specPath.child('configSource'), errors);
  for (const which of ['assigned', 'active', 'lastKnownGood'] as const) {
    const source = node.status?.config?.[which];
    if (source) checkConfigSource(source, true, statusPath.child('config', which), errors);
  }
  checkTaints(spec.taints ?? [], errors);
  if ((spec.externalID ?? '') !== (was.externalID ?? '')) errors.push(forbidden(specPath.child('externalID'), 'may not be updated'));
  return errors;
}

function checkTaints(taints: readonly Taint[], errors: FieldError[]): void {
  taints.forEach((taint, i) => {
    const { key, value = '', effect } = taint;
    const path = metadataPath.child('taints').index(i);
    checkQualifiedName(key, path.child('key'), errors);
    const messages = isLabelValue(value);
    if (messages.length > 0) errors.push(invalid(path.child('value'), value, messages.join(';')));
    if (!effect) errors.push(required(path.child('effect')));
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(path.child('effect'), effect, EFFECTS));
    if (taints.findIndex((other) => other.key === key && other.effect === effect) === i) return;
    errors.push(
      new FieldError('FieldValueDuplicate', path, goShown('core/v1.Taint', taint), 'taints must be unique by key and effect pair'),
    );
  });
}

function checkResources({ status }: Node, errors: FieldError[]): void {
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const [name, value] of Object.entries(status?.[list] ?? {}))
      checkResourceQuantity(name, value, statusPath.child(list, name), errors);
  }
}

function checkFeatures(features: readonly string[], errors: FieldError[]): void {
  const path = statusPath.child('declaredFeatures');
  features.forEach((feature, i) => {
    const problem = featureProblem(feature);
    if (problem !== undefined) errors.push(invalid(path.index(i), feature, `invalid feature name ${goQuote(feature)}: ${problem}`));
    const next = features[i + 1];
    if (next === undefined) return;
    if (feature === next) errors.push(duplicate(path.index(i + 1), next));
    else if (feature > next) errors.push(invalid(path.index(i + 1), next, 'list must be sorted alphabetically'));
  });
}

function featureProblem(feature: string): string | undefined {
  if (feature.length > FEATURE_LIMIT) return `must be no more than ${FEATURE_LIMIT} characters`;
  if (FEATURE.test(feature)) return undefined;
  return "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";
}

/** In the status, which version of the map was used is told; in the spec it may not be. */
function checkConfigSource(source: NodeConfigSource, inStatus: boolean, path: FieldPath, errors: FieldError[]): void {
  if (source.configMap) checkConfigMap(source.configMap, inStatus, path.child('configMap'), errors);
  else errors.push(invalid(path, goShown('core/v1.NodeConfigSource', source), 'exactly one reference subfield must be non-nil'));
}

function checkConfigMap(map: ConfigMapNodeConfigSource, inStatus: boolean, path: FieldPath, errors: FieldError[]): void {
  for (const field of ['uid', 'resourceVersion'] as const) {
    if (inStatus) checkRequired(map[field], path.child(field), errors);
    else if (map[field]) errors.push(forbidden(path.child(field), `${field} must not be set in spec`));
  }
  if (checkRequired(map.namespace, path.child('namespace'), errors)) checkLabel(map.namespace, path.child('namespace'), errors);
  if (checkRequired(map.name, path.child('name'), errors)) checkSubdomain(map.name, path.child('name'), errors);
  const key = path.child('kubeletConfigKey');
  if (checkRequired(map.kubeletConfigKey, key, errors)) checkRule(isConfigMapKey, map.kubeletConfigKey, key, errors);
}
