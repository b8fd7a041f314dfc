/** Rules of a pod's names, hosts file, resolver and use of the node's network. */
import type { HostAlias, PodDNSConfig, PodSpec } from '../../../../api/core/v1.gen.ts';
import { forbidden, invalid, required, tooLong, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isDNS1123SubdomainWithUnderscore } from '../../../../machinery/names.ts';
import { checkLabel, checkRule, checkSubdomain } from '../field-checks.ts';
import { checkLegacyIp } from '../ip-fields.ts';
import { visitContainers } from './visit-containers.ts';

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;
const MAX_HOSTNAME = 64;

export function checkDnsConfig(config: PodDNSConfig | undefined, policy: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (policy === 'None') {
    if (!config) return void errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    if ((config.nameservers?.length ?? 0) === 0) {
      return void errors.push(required(path.child('nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
    }
  }
  if (!config) return;
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > MAX_NAMESERVERS)
    errors.push(invalid(path.child('nameservers'), nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`));
  nameservers.forEach((server, i) => checkLegacyIp(path.child('nameservers').index(i), server, undefined, errors));
  const here = path.child('searches');
  if (searches.length > MAX_SEARCHES) errors.push(invalid(here, searches, `must not have more than ${MAX_SEARCHES} search paths`));
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) {
    errors.push(
      invalid(here, searches, `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`),
    );
  }
  searches.forEach((search, i) => {
    if (search !== '.') checkRule(isDNS1123SubdomainWithUnderscore, search.replace(/\.$/, ''), here.index(i), errors);
  });
  options.forEach(({ name }, i) => {
    if (!name) errors.push(required(path.child('options').index(i), 'must not be empty'));
  });
}

export function checkHostAliases(aliases: readonly HostAlias[], path: FieldPath, errors: FieldError[]): void {
  aliases.forEach(({ ip, hostnames }, i) => {
    checkLegacyIp(path.index(i).child('ip'), ip, undefined, errors);
    hostnames?.forEach((name, h) => checkSubdomain(name, path.index(i).child('hostnames').index(h), errors));
  });
}

/** On the node's network a port is the node's own. Templates may leave it open. */
export function checkHostNetworkPorts(spec: PodSpec, isPod: boolean, path: FieldPath, errors: FieldError[]): void {
  if (!spec.hostNetwork) return;
  spec.containers?.forEach((container, c) =>
    container.ports?.forEach(({ hostPort = 0, containerPort }, p) => {
      if ((!isPod && hostPort === 0) || hostPort === containerPort) return;
      const here = path.child('containers').index(c).child('ports').index(p).child('hostPort');
      errors.push(invalid(here, hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    }),
  );
}

/** Users of its own are not possible together with namespaces of the node (KEP-127). */
export function checkHostUsers(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  if (spec.hostUsers !== false) return;
  const refuse = (at: FieldPath) => errors.push(forbidden(at, 'when `hostUsers` is false'));
  if (spec.hostNetwork) refuse(path.child('hostNetwork'));
  if (spec.hostPID) refuse(path.child('HostPID'));
  if (spec.hostIPC) refuse(path.child('HostIPC'));
  visitContainers(
    spec,
    path,
    (container, here) => void ((container.volumeDevices?.length ?? 0) > 0 && refuse(here.child('volumeDevices'))),
  );
}

export function checkHostnameOverride(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const { hostnameOverride: name } = spec;
  if (name === undefined) return;
  const here = path.child('hostnameOverride');
  if (spec.setHostnameAsFQDN) errors.push(forbidden(here, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork) errors.push(forbidden(here, 'may not be specified when hostNetwork is true'));
  if (name.length > MAX_HOSTNAME) errors.push(tooLong(here, '', MAX_HOSTNAME));
  checkSubdomain(name, here, errors);
}

export function checkHostnames({ hostname, subdomain }: PodSpec, path: FieldPath, errors: FieldError[]): void {
  if (hostname) checkLabel(hostname, path.child('hostname'), errors);
  if (subdomain) checkLabel(subdomain, path.child('subdomain'), errors);
}
