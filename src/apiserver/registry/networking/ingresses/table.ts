import type { Ingress, IngressRule } from '../../../../api/networking/v1.gen.ts';
import { balancerAddresses } from '../../shared/balancer-addresses.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

const MAX_HOSTS = 3;

export const ingressTable = tableOf<Ingress>(
  [
    NAME,
    column('Class', 'string', 'The name of the IngressClass resource that should be used for additional configuration'),
    column('Hosts', 'string', 'Hosts that incoming requests are matched against before the ingress rule'),
    column('Address', 'string', 'Address is a list containing ingress points for the load-balancer'),
    column('Ports', 'string', 'Ports of TLS configurations that open'),
    AGE,
  ],
  ({ metadata, spec, status }, age) => [
    metadata.name,
    spec?.ingressClassName ?? '<none>',
    hosts(spec?.rules ?? []),
    balancerAddresses(status?.loadBalancer).join(','),
    (spec?.tls?.length ?? 0) > 0 ? '80, 443' : '80',
    age,
  ],
);

/** Rules without a host are not shown, but counted. */
function hosts(rules: readonly IngressRule[]): string {
  const shown: string[] = [];
  let more = false;
  for (const { host } of rules) {
    if (shown.length === MAX_HOSTS) more = true;
    else if (host) shown.push(host);
  }
  if (shown.length === 0) return '*';
  return more ? `${shown.join(',')} + ${rules.length - MAX_HOSTS} more...` : shown.join(',');
}
