import type { Service } from '../../api/core/v1.gen.ts';

/** Services that are this balancer's to serve: those of its class, and those that name none. */
export function servicesOfBalancer(services: readonly Service[], className: string): Service[] {
  return services.filter(({ spec, metadata }) => {
    if (spec.type !== 'LoadBalancer' || metadata.deletionTimestamp) return false;
    return spec.loadBalancerClass === undefined || spec.loadBalancerClass === className;
  });
}
