import { badContainers, containers, plural, sorted, type Check, type CheckPod } from '../check.ts';

const check: CheckPod = (pod) => {
  const ports: string[] = [];
  const bad = badContainers(pod, (_context, container) => {
    const used = (container.ports ?? []).filter((p) => p.hostPort).map((p) => String(p.hostPort));
    ports.push(...used);
    return used.length > 0;
  });
  if (bad.length === 0) return undefined;
  const distinct = sorted(ports);
  return {
    reason: 'hostPort',
    detail: `${containers(bad)} ${plural(bad.length, 'uses', 'use')} ${plural(distinct.length, 'hostPort')} ${distinct.join(', ')}`,
  };
};

export const hostPorts: Check = { id: 'hostPorts', level: 'baseline', versions: [{ since: 0, check }] };
