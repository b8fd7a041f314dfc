import { badContainers, containers, notInUserNamespace, quoted, sorted, type Check, type CheckPod } from '../check.ts';

const check: CheckPod = (pod) => {
  const types: string[] = [];
  const bad = badContainers(pod, (context) => {
    const type = context?.procMount;
    if (type === undefined || type === 'Default') return false;
    types.push(type);
    return true;
  });
  return bad.length === 0
    ? undefined
    : { reason: 'procMount', detail: `${containers(bad)} must not set securityContext.procMount to ${quoted(sorted(types))}` };
};

export const procMountBaseline: Check = {
  id: 'procMount',
  level: 'baseline',
  versions: [
    { since: 0, check },
    { since: 35, check: notInUserNamespace(check) },
  ],
};

export const procMountRestricted: Check = {
  id: 'procMount_restricted',
  level: 'restricted',
  versions: [{ since: 35, check, overrides: ['procMount'] }],
};
