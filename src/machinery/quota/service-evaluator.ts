import type { Service } from '../../api/core/v1.gen.ts';
import { Quantity } from '../quantity.ts';
import type { QuotaEvaluator } from './evaluator.ts';
import { countName, ONE } from './object-count.ts';

const COUNT = countName('', 'services');
const NAMES = new Set([COUNT, 'services', 'services.nodeports', 'services.loadbalancers']);

/** What Services use up: node ports and load balancers beside themselves (pkg/quota/v1/evaluator/core/services.go). */
export const serviceEvaluator: QuotaEvaluator = {
  matchingResources: (names) => names.filter((n) => NAMES.has(n)),
  matchesScope: () => false,
  usage(object) {
    const { spec } = object as unknown as Service;
    return new Map([
      [COUNT, ONE],
      ['services', ONE],
      ['services.loadbalancers', spec?.type === 'LoadBalancer' ? ONE : Quantity.ZERO],
      ['services.nodeports', Quantity.of(nodePorts(spec))],
    ]);
  },
  // The type may change.
  handles: ({ operation, subresource }) => subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
};

/** Counted by what is asked for: the ports themselves are not allocated yet. */
function nodePorts(spec: Service['spec']): number {
  const ports = spec?.ports ?? [];
  if (spec?.type === 'NodePort') return ports.length;
  if (spec?.type !== 'LoadBalancer') return 0;
  return spec.allocateLoadBalancerNodePorts === false ? ports.filter((p) => p.nodePort).length : ports.length;
}
