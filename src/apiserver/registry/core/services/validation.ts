/** What a service must look like (ValidateServiceCreate, ValidateServiceUpdate). */
import type { Service, ServicePort } from '../../../../api/core/v1.gen.ts';
import { duplicate, fieldPath, forbidden, invalid, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import {
  checkChoice,
  checkLabel,
  checkPortNum,
  checkPortNumOrName,
  checkQualifiedName,
  checkSubdomain,
} from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkEndpointIp, checkLegacyIp } from '../../shared/ip-fields.ts';
import { PROTOCOLS } from '../../shared/pods/ports.ts';
import { validateLabels } from '../../validate-meta.ts';
import { validateClusterIpFields, validateClusterIpsUpdate, validateIpFamiliesUpdate } from './cluster-ip-rules.ts';
import { checkTraffic } from './traffic-rules.ts';
import { isBalanced, isHeadless, needsHealthCheck } from './traits.ts';

const specPath = fieldPath('spec');
const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';
const AFFINITIES = ['ClientIP', 'None'];
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const MAX_AFFINITY_SECONDS = 86_400;

export function validateService(service: Service, old?: Service): FieldError[] {
  const errors: FieldError[] = [];
  const { spec, metadata } = service;
  const [hints, mode] = [metadata.annotations?.[TOPOLOGY_HINTS], metadata.annotations?.[TOPOLOGY_MODE]];
  if (hints !== undefined && mode !== undefined && hints !== mode) {
    const path = fieldPath('metadata', 'annotations').key(TOPOLOGY_MODE);
    errors.push(invalid(path, mode, `must match annotations[${TOPOLOGY_HINTS}] when both are specified`));
  }
  if ((spec.ports?.length ?? 0) === 0 && !isHeadless(service) && spec.type !== 'ExternalName')
    errors.push(required(specPath.child('ports')));
  checkTypeFields(service, errors);
  checkPorts(service, errors);
  if (spec.selector) errors.push(...validateLabels(spec.selector, specPath.child('selector')));
  checkAffinity(service, errors);
  errors.push(...validateClusterIpFields(service, old));
  spec.externalIPs?.forEach((ip, i) => {
    const path = specPath.child('externalIPs').index(i);
    if (checkLegacyIp(path, ip, old?.spec.externalIPs, errors)) checkEndpointIp(path, ip, errors);
  });
  checkChoice(spec.type, TYPES, specPath.child('type'), errors);
  checkUniquePorts(service, errors);
  checkTraffic(service, old, errors);
  return errors;
}

export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const errors = [...validateClusterIpsUpdate(service, old), ...validateIpFamiliesUpdate(service, old)];
  if (isBalanced(service) && isBalanced(old) && service.spec.loadBalancerClass !== old.spec.loadBalancerClass) {
    errors.push(invalid(specPath.child('loadBalancerClass'), service.spec.loadBalancerClass ?? null, 'may not change once set'));
  }
  const both = needsHealthCheck(service) && needsHealthCheck(old);
  if (both && (service.spec.healthCheckNodePort ?? 0) !== (old.spec.healthCheckNodePort ?? 0)) {
    errors.push(forbidden(specPath.child('healthCheckNodePort'), 'field is immutable'));
  }
  return [...errors, ...validateService(service, old)];
}

function checkTypeFields(service: Service, errors: FieldError[]): void {
  const { spec } = service;
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(service)) {
    errors.push(invalid(specPath.child('clusterIPs').index(0), 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type !== 'ExternalName') return;
  const refuse = (field: string) => errors.push(forbidden(specPath.child(field), 'may not be set for ExternalName services'));
  if ((spec.clusterIPs?.length ?? 0) > 0) refuse('clusterIPs');
  if ((spec.ipFamilies?.length ?? 0) > 0) refuse('ipFamilies');
  if (spec.ipFamilyPolicy !== undefined) refuse('ipFamilyPolicy');
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name) checkSubdomain(name, specPath.child('externalName'), errors);
  else errors.push(required(specPath.child('externalName')));
}

function checkPorts({ spec }: Service, errors: FieldError[]): void {
  const names = new Set<string>();
  spec.ports?.forEach((port, i) => checkPort(port, (spec.ports?.length ?? 0) > 1, names, specPath.child('ports').index(i), errors));
}

function checkPort(port: ServicePort, nameNeeded: boolean, names: Set<string>, path: FieldPath, errors: FieldError[]): void {
  const { name, appProtocol } = port;
  if (name) {
    checkLabel(name, path.child('name'), errors);
    if (names.has(name)) errors.push(duplicate(path.child('name'), name));
    names.add(name);
  } else if (nameNeeded) errors.push(required(path.child('name')));
  checkPortNum(port.port, path.child('port'), errors);
  checkChoice(port.protocol, PROTOCOLS, path.child('protocol'), errors);
  checkPortNumOrName(port.targetPort, path.child('targetPort'), errors);
  if (appProtocol !== undefined) checkQualifiedName(appProtocol, path.child('appProtocol'), errors);
}

function checkAffinity({ spec }: Service, errors: FieldError[]): void {
  checkChoice(spec.sessionAffinity, AFFINITIES, specPath.child('sessionAffinity'), errors);
  const path = specPath.child('sessionAffinityConfig');
  const config = spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'None' && config) errors.push(forbidden(path, 'must not be set when session affinity is None'));
  if (spec.sessionAffinity !== 'ClientIP') return;
  const missing = (at: FieldPath) => errors.push(required(at, 'when session affinity type is ClientIP'));
  if (!config) return void missing(path);
  if (!config.clientIP) return void missing(path.child('clientIP'));
  const seconds = config.clientIP.timeoutSeconds;
  const here = path.child('clientIP', 'timeoutSeconds');
  if (seconds === undefined) missing(here);
  else if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
    errors.push(invalid(here, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`));
  }
}

function checkUniquePorts({ spec }: Service, errors: FieldError[]): void {
  const ports = spec.ports ?? [];
  const portPath = (i: number) => specPath.child('ports').index(i);
  ports.forEach(({ nodePort }, i) => {
    if (spec.type === 'ClusterIP' && nodePort)
      errors.push(forbidden(portPath(i).child('nodePort'), "may not be used when `type` is 'ClusterIP'"));
  });
  ports.forEach(({ nodePort, protocol }, i) => {
    if (nodePort && ports.findIndex((p) => p.nodePort === nodePort && p.protocol === protocol) < i)
      errors.push(duplicate(portPath(i).child('nodePort'), nodePort));
  });
  ports.forEach(({ port, protocol }, i) => {
    if (ports.findIndex((p) => p.port === port && p.protocol === protocol) === i) return;
    errors.push(duplicate(portPath(i), goShown('core/v1.ServicePort', { port, protocol })));
  });
}
