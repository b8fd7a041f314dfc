/** Rules of how traffic reaches a service from outside and where it may go. */
import type { Service } from '../../../../api/core/v1.gen.ts';
import { fieldPath, forbidden, invalid, notSupported, required, type FieldError } from '../../../../machinery/field.ts';
import { checkChoice, checkPortNum, checkQualifiedName } from '../../shared/field-checks.ts';
import { checkLegacyCidr } from '../../shared/ip-fields.ts';
import { isBalanced, isExternallyAccessible, needsHealthCheck } from './traits.ts';

const specPath = fieldPath('spec');
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const BALANCED_ONLY = "may only be used when `type` is 'LoadBalancer'";
const POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

export function checkTraffic(service: Service, old: Service | undefined, errors: FieldError[]): void {
  const { spec } = service;
  checkSourceRanges(service, old, errors);
  const balanced = isBalanced(service);
  if (spec.allocateLoadBalancerNodePorts !== undefined && !balanced)
    errors.push(forbidden(specPath.child('allocateLoadBalancerNodePorts'), BALANCED_ONLY));
  if (balanced && spec.allocateLoadBalancerNodePorts === undefined) errors.push(required(fieldPath('allocateLoadBalancerNodePorts')));
  if (spec.loadBalancerClass !== undefined) {
    const path = specPath.child('loadBalancerClass');
    if (balanced) checkQualifiedName(spec.loadBalancerClass, path, errors);
    else errors.push(forbidden(path, BALANCED_ONLY));
  }
  checkExternalPolicy(service, errors);
  const internal = spec.internalTrafficPolicy;
  const path = specPath.child('internalTrafficPolicy');
  if (internal === undefined && ['NodePort', 'LoadBalancer', 'ClusterIP'].includes(spec.type ?? '')) errors.push(required(path));
  if (internal !== undefined && !POLICIES.includes(internal)) errors.push(notSupported(path, internal, POLICIES));
  const distribution = spec.trafficDistribution;
  if (distribution !== undefined && !DISTRIBUTIONS.includes(distribution)) {
    errors.push(notSupported(specPath.child('trafficDistribution'), distribution, DISTRIBUTIONS));
  }
}

function checkSourceRanges(service: Service, old: Service | undefined, errors: FieldError[]): void {
  const { spec, metadata } = service;
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata.annotations?.[SOURCE_RANGES];
  if (ranges.length > 0) {
    const path = specPath.child('LoadBalancerSourceRanges');
    if (!isBalanced(service)) errors.push(forbidden(path, BALANCED_ONLY));
    const existing = (old?.spec.loadBalancerSourceRanges ?? []).map((range) => range.trim());
    ranges.forEach((range, i) => checkLegacyCidr(path.index(i), range.trim(), existing, errors));
  } else if (annotation !== undefined) {
    const path = fieldPath('metadata', 'annotations').key(SOURCE_RANGES);
    if (!isBalanced(service)) errors.push(forbidden(path, BALANCED_ONLY));
    if (annotation.trim() === '' || old?.metadata.annotations?.[SOURCE_RANGES] === annotation) return;
    for (const range of annotation.trim().split(',')) checkLegacyCidr(path, range.trim(), undefined, errors);
  }
}

function checkExternalPolicy(service: Service, errors: FieldError[]): void {
  const { externalTrafficPolicy: policy = '', healthCheckNodePort: port = 0 } = service.spec;
  const path = specPath.child('externalTrafficPolicy');
  if (isExternallyAccessible(service)) checkChoice(policy, POLICIES, path, errors);
  else if (policy) errors.push(invalid(path, policy, 'may only be set for externally-accessible services'));
  const portPath = specPath.child('healthCheckNodePort');
  if (!needsHealthCheck(service)) {
    if (port !== 0)
      errors.push(invalid(portPath, port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  } else if (port === 0) errors.push(required(portPath));
  else checkPortNum(port, portPath, errors);
}
