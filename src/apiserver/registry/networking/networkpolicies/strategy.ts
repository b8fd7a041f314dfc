import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../../../api/networking/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { cidrContains, parseCidr } from '../../../../base/ip.ts';
import { fieldPath, forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isValidPortName } from '../../../../machinery/names.ts';
import { checkPortNum, checkRule } from '../../shared/field-checks.ts';
import { checkLegacyCidr, cidrWarnings } from '../../shared/ip-fields.ts';
import { checkLabelSelector } from '../../shared/label-selectors.ts';
import type { Strategy } from '../../strategy.ts';

const asPolicy = (object: AnyObject) => object as unknown as NetworkPolicy;
const specPath = fieldPath('spec');
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const TYPES = ['Ingress', 'Egress'];

export const networkPolicyStrategy: Strategy = {
  validate: (object) => validate(asPolicy(object), []),
  validateUpdate: (object, old) =>
    validate(asPolicy(object), blocksOf(asPolicy(old)).flatMap(({ block }) => [block.cidr, ...(block.except ?? [])])), // prettier-ignore
  warnings: (object) =>
    blocksOf(asPolicy(object)).flatMap(({ block, path }) => [
      ...cidrWarnings(path.child('cidr'), block.cidr),
      ...(block.except ?? []).flatMap((cidr, i) => cidrWarnings(path.child('except').index(i), cidr)),
    ]),
};

interface Rule {
  readonly ports: readonly NetworkPolicyPort[];
  readonly peers: readonly NetworkPolicyPeer[];
  readonly path: FieldPath;
  readonly peersPath: FieldPath;
}

function rulesOf({ spec }: NetworkPolicy): Rule[] {
  const ingress = (spec?.ingress ?? []).map((rule, i) => ({
    ports: rule.ports ?? [],
    peers: rule.from ?? [],
    path: specPath.child('ingress').index(i),
    field: 'from',
  }));
  const egress = (spec?.egress ?? []).map((rule, i) => ({
    ports: rule.ports ?? [],
    peers: rule.to ?? [],
    path: specPath.child('egress').index(i),
    field: 'to',
  }));
  return [...ingress, ...egress].map(({ field, ...rule }) => ({ ...rule, peersPath: rule.path.child(field) }));
}

function blocksOf(policy: NetworkPolicy): { readonly block: IPBlock; readonly path: FieldPath }[] {
  return rulesOf(policy).flatMap(({ peers, peersPath }) =>
    peers.flatMap(({ ipBlock }, i) => (ipBlock ? [{ block: ipBlock, path: peersPath.index(i).child('ipBlock') }] : [])),
  );
}

/** `existing`: blocks that were accepted before. */
function validate(policy: NetworkPolicy, existing: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  checkLabelSelector(policy.spec?.podSelector, specPath.child('podSelector'), errors);
  for (const { ports, peers, path, peersPath } of rulesOf(policy)) {
    ports.forEach((port, i) => checkPort(port, path.child('ports').index(i), errors));
    peers.forEach((peer, i) => checkPeer(peer, existing, peersPath.index(i), errors));
  }
  const types = policy.spec?.policyTypes ?? [];
  const typesPath = specPath.child('policyTypes');
  if (types.length > TYPES.length) return [...errors, invalid(typesPath, types, 'may not specify more than two policyTypes')];
  types.forEach((type, i) => {
    if (!TYPES.includes(type)) errors.push(notSupported(typesPath.index(i), type, TYPES));
  });
  return errors;
}

function checkPort({ protocol, port, endPort }: NetworkPolicyPort, path: FieldPath, errors: FieldError[]): void {
  const endPath = path.child('endPort');
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) errors.push(notSupported(path.child('protocol'), protocol, PROTOCOLS));
  if (port === undefined) {
    if (endPort !== undefined) errors.push(invalid(endPath, endPort, 'may not be specified when `port` is not specified'));
  } else if (typeof port === 'number') {
    checkPortNum(port, path.child('port'), errors);
    if (endPort === undefined) return;
    if (endPort < port) errors.push(invalid(endPath, port, 'must be greater than or equal to `port`'));
    checkPortNum(endPort, endPath, errors);
  } else {
    if (endPort !== undefined) errors.push(invalid(endPath, endPort, 'may not be specified when `port` is non-numeric'));
    checkRule(isValidPortName, port, path.child('port'), errors);
  }
}

function checkPeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  existing: readonly string[],
  path: FieldPath,
  errors: FieldError[],
): void {
  checkLabelSelector(podSelector, path.child('podSelector'), errors);
  checkLabelSelector(namespaceSelector, path.child('namespaceSelector'), errors);
  if (ipBlock) checkBlock(ipBlock, existing, path.child('ipBlock'), errors);
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(required(path, 'must specify a peer'));
  else if (ipBlock && (podSelector || namespaceSelector)) errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
}

function checkBlock({ cidr, except = [] }: IPBlock, existing: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (!cidr) return void errors.push(required(path.child('cidr')));
  checkLegacyCidr(path.child('cidr'), cidr, existing, errors);
  const block = parseCidr(cidr);
  if (!block) return;
  except.forEach((text, i) => {
    const here = path.child('except').index(i);
    checkLegacyCidr(here, text, existing, errors);
    const inner = parseCidr(text);
    const address = parseCidr(`${text.split('/')[0] ?? ''}/${inner?.network.family === 6 ? 128 : 32}`);
    if (!inner || !address) return;
    if (!cidrContains(block, address.network) || block.prefixLength >= inner.prefixLength)
      errors.push(invalid(here, text, 'must be a strict subset of `cidr`'));
  });
}
