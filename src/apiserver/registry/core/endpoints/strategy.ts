import type { EndpointAddress, EndpointPort, Endpoints } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkChoice, checkLabel, checkPortNum, checkQualifiedName, checkSubdomain } from '../../shared/field-checks.ts';
import { checkEndpointIp, checkLegacyIp, ipWarnings } from '../../shared/ip-fields.ts';
import { PROTOCOLS } from '../../shared/pods/ports.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';

const asEndpoints = (object: AnyObject) => object as unknown as Endpoints;
const subsetsPath = fieldPath('subsets');
const LISTS = ['addresses', 'notReadyAddresses'] as const;

export const endpointsStrategy: Strategy = {
  allowCreateOnUpdate: true,
  validate: (object) => validate(asEndpoints(object)),
  // What was taken once is not judged again while it stays the same.
  validateUpdate: (object, old) => (semanticEqual(object['subsets'], old['subsets']) ? [] : validate(asEndpoints(object))),
  warnings(object) {
    // The controller cleans its addresses.
    if (object.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return [];
    return (asEndpoints(object).subsets ?? []).flatMap((subset, s) =>
      LISTS.flatMap((list) =>
        (subset[list] ?? []).flatMap(({ ip }, a) => ipWarnings(subsetsPath.index(s).child(list).index(a).child('ip'), ip)),
      ),
    );
  },
};

function validate({ subsets }: Endpoints): FieldError[] {
  const errors: FieldError[] = [];
  subsets?.forEach((subset, i) => {
    const path = subsetsPath.index(i);
    if (LISTS.every((list) => (subset[list]?.length ?? 0) === 0))
      errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
    for (const list of LISTS) subset[list]?.forEach((address, a) => checkAddress(address, path.child(list).index(a), errors));
    subset.ports?.forEach((port, p) => checkPort(port, (subset.ports?.length ?? 0) > 1, path.child('ports').index(p), errors));
  });
  return errors;
}

function checkAddress({ ip, hostname, nodeName }: EndpointAddress, path: FieldPath, errors: FieldError[]): void {
  checkLegacyIp(path.child('ip'), ip, undefined, errors);
  if (hostname) checkLabel(hostname, path.child('hostname'), errors);
  if (nodeName !== undefined) checkSubdomain(nodeName, path.child('nodeName'), errors);
  checkEndpointIp(path.child('ip'), ip, errors);
}

function checkPort({ name, port, protocol, appProtocol }: EndpointPort, nameNeeded: boolean, path: FieldPath, errors: FieldError[]): void {
  if (name) checkLabel(name, path.child('name'), errors);
  else if (nameNeeded) errors.push(required(path.child('name')));
  checkPortNum(port, path.child('port'), errors);
  checkChoice(protocol, PROTOCOLS, path.child('protocol'), errors);
  if (appProtocol !== undefined) checkQualifiedName(appProtocol, path.child('appProtocol'), errors);
}
