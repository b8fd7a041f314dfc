import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule } from '../../../../api/networking/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { parseIp } from '../../../../base/ip.ts';
import { fieldPath, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isDNS1123Subdomain, isValidPortName, isWildcardDNS1123Subdomain } from '../../../../machinery/names.ts';
import { checkLabel, checkPortNum, checkRequired, checkRule, checkSubdomain } from '../../shared/field-checks.ts';
import { ipWarnings } from '../../shared/ip-fields.ts';
import { checkBalancerAddresses } from '../../shared/load-balancer-status.ts';
import { checkTypedReference } from '../../shared/typed-references.ts';
import type { Strategy } from '../../strategy.ts';

const asIngress = (object: AnyObject) => object as unknown as Ingress;
const specPath = fieldPath('spec');
const addressesPath = fieldPath('status', 'loadBalancer', 'ingress');
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_SUFFIXES = ['/..', '/.'];

export const ingressStrategy: Strategy = {
  validate(object) {
    const errors = validateSpec(asIngress(object));
    const annotation = object.metadata.annotations?.[CLASS_ANNOTATION];
    const named = asIngress(object).spec?.ingressClassName;
    if (annotation !== undefined && named !== undefined && annotation !== named) {
      errors.push(invalid(fieldPath('annotations', CLASS_ANNOTATION), annotation, 'must match `ingressClassName` when both are specified'));
    }
    return errors;
  },
  validateUpdate: (object) => validateSpec(asIngress(object)),
  warnings(object, old) {
    if (old || object.metadata.annotations?.[CLASS_ANNOTATION] === undefined || asIngress(object).spec?.ingressClassName !== undefined)
      return [];
    return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
  },
  status: {
    validateUpdate(object, old) {
      const errors: FieldError[] = [];
      const addresses = (ingress: Ingress) => ingress.status?.loadBalancer?.ingress ?? [];
      checkBalancerAddresses(addresses(asIngress(object)), addresses(asIngress(old)), addressesPath, errors, false);
      return errors;
    },
    warnings: (object) =>
      (asIngress(object).status?.loadBalancer?.ingress ?? []).flatMap(({ ip }, i) => (ip ? ipWarnings(addressesPath.index(i), ip) : [])),
  },
};

function validateSpec({ spec = {} }: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  const rules = spec.rules ?? [];
  if (rules.length === 0 && !spec.defaultBackend)
    errors.push(invalid(specPath, spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
  if (spec.defaultBackend) checkBackend(spec.defaultBackend, specPath.child('defaultBackend'), errors);
  rules.forEach((rule, i) => checkIngressRule(rule, specPath.child('rules').index(i), errors));
  spec.tls?.forEach(({ hosts, secretName }, i) => {
    const path = specPath.child('tls').index(i);
    hosts?.forEach((host, h) => checkHost(host, path.child('hosts').index(h), errors));
    if (secretName) checkSubdomain(secretName, path.child('secretName'), errors);
  });
  if (spec.ingressClassName !== undefined) checkSubdomain(spec.ingressClassName, specPath.child('ingressClassName'), errors);
  return errors;
}

function checkHost(host: string, path: FieldPath, errors: FieldError[]): void {
  checkRule(host.includes('*') ? isWildcardDNS1123Subdomain : isDNS1123Subdomain, host, path, errors);
}

function checkIngressRule({ host, http }: IngressRule, path: FieldPath, errors: FieldError[]): void {
  if (host) {
    if (parseIp(host)) errors.push(invalid(path.child('host'), host, 'must be a DNS name, not an IP address'));
    checkHost(host, path.child('host'), errors);
  }
  if (!http) return;
  const paths = http.paths ?? [];
  if (paths.length === 0) errors.push(required(path.child('http', 'paths')));
  paths.forEach((entry, i) => checkHttpPath(entry, path.child('http', 'paths').index(i), errors));
}

function checkHttpPath(entry: HTTPIngressPath, at: FieldPath, errors: FieldError[]): void {
  const { path = '', pathType, backend } = entry;
  const here = at.child('path');
  // The type says "required", but clients may leave it out.
  if (typeof (pathType as unknown) !== 'string') return void errors.push(required(at.child('pathType'), 'pathType must be specified'));
  if (!PATH_TYPES.includes(pathType)) errors.push(notSupported(at.child('pathType'), pathType, PATH_TYPES));
  else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !path.startsWith('/')) errors.push(invalid(here, path, 'must be an absolute path'));
  } else {
    if (!path.startsWith('/')) errors.push(invalid(here, path, 'must be an absolute path'));
    for (const sequence of BAD_SEQUENCES) if (path.includes(sequence)) errors.push(invalid(here, path, `must not contain '${sequence}'`));
    for (const suffix of BAD_SUFFIXES) if (path.endsWith(suffix)) errors.push(invalid(here, path, `cannot end with '${suffix}'`));
  }
  checkBackend(backend, at.child('backend'), errors);
}

function checkBackend({ resource, service }: IngressBackend, path: FieldPath, errors: FieldError[]): void {
  if (resource && service) errors.push(invalid(path, '', 'cannot set both resource and service backends'));
  else if (resource) checkTypedReference(resource, path.child('resource'), errors);
  else if (service) {
    if (checkRequired(service.name, path.child('service', 'name'), errors)) checkLabel(service.name, path.child('service', 'name'), errors);
    const { name = '', number = 0 } = service.port ?? {};
    const portPath = path.child('service', 'port');
    if (name !== '' && number !== 0) errors.push(invalid(path, '', 'cannot set both port name & port number'));
    else if (name !== '') checkRule(isValidPortName, name, portPath.child('name'), errors);
    else if (number !== 0) checkPortNum(number, portPath.child('number'), errors);
    else errors.push(required(path, 'port name or number is required'));
  } else errors.push(invalid(path, '', 'resource or service backend is required'));
}
