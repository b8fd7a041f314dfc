import { Quantity } from '../quantity.ts';
import type { QuotaEvaluator } from './evaluator.ts';

export const ONE = Quantity.of(1);

/** `count/pods`, `count/deployments.apps` */
export function countName(group: string, resource: string): string {
  return `count/${group === '' ? resource : `${resource}.${group}`}`;
}

/** Counts objects, whatever is in them. `alias`: a name from before there were `count/` names. */
export function objectCountEvaluator(group: string, resource: string, alias?: string): QuotaEvaluator {
  const names = [countName(group, resource), ...(alias ? [alias] : [])];
  return {
    matchingResources: (asked) => asked.filter((name) => names.includes(name)),
    matchesScope: () => false,
    usage: () => new Map(names.map((name) => [name, ONE])),
    handles: ({ operation, subresource }) => operation === 'CREATE' && subresource === '',
  };
}
