/** NoSchedule taints that follow from a node's conditions, pure. https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-nodes-by-condition */
import type { Node } from '../../api/core/v1.gen.ts';
import { hasTaint, sameTaint, type TaintKey } from '../shared/node-taints.ts';

const KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: 'not-ready', Unknown: 'unreachable' },
  MemoryPressure: { True: 'memory-pressure' },
  DiskPressure: { True: 'disk-pressure' },
  NetworkUnavailable: { True: 'network-unavailable' },
  PIDPressure: { True: 'pid-pressure' },
};
const MANAGED = new Set([...Object.values(KEYS).flatMap((m) => Object.values(m)), 'unschedulable'].map((k) => `node.kubernetes.io/${k}`));

const noSchedule = (name: string): TaintKey => ({ key: `node.kubernetes.io/${name}`, effect: 'NoSchedule' });

export function conditionTaintChange(node: Node): { readonly add: TaintKey[]; readonly remove: TaintKey[] } {
  const wanted = (node.status.conditions ?? []).flatMap((c) => {
    const name = KEYS[c.type]?.[c.status];
    return name === undefined ? [] : [noSchedule(name)];
  });
  if (node.spec.unschedulable) wanted.push(noSchedule('unschedulable'));
  const managed = (node.spec.taints ?? []).filter((t) => t.effect === 'NoSchedule' && MANAGED.has(t.key));
  return {
    add: wanted.filter((t) => !hasTaint(node, t)),
    remove: managed.filter((t) => !wanted.some((w) => sameTaint(w, t))).map(({ key, effect }) => ({ key, effect })),
  };
}

const RECONCILED: readonly (readonly [primary: string, secondary: string])[] = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
];

/** Old labels that must follow the new ones. */
export function labelChange({ metadata: { labels = {} } }: Node): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [primary, secondary] of RECONCILED) {
    const value = labels[primary];
    if (value !== undefined && labels[secondary] !== value) out[secondary] = value;
  }
  return out;
}
