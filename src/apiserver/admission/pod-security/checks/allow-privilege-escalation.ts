import { badContainers, containers, notOnWindows, type Check, type CheckPod } from '../check.ts';

const check: CheckPod = (pod) => {
  const bad = badContainers(pod, (context) => context?.allowPrivilegeEscalation !== false);
  return bad.length === 0
    ? undefined
    : { reason: 'allowPrivilegeEscalation != false', detail: `${containers(bad)} must set securityContext.allowPrivilegeEscalation=false` };
};

export const allowPrivilegeEscalation: Check = {
  id: 'allowPrivilegeEscalation',
  level: 'restricted',
  versions: [
    { since: 8, check },
    { since: 25, check: notOnWindows(check) },
  ],
};
