import { badContainers, containers, type Check, type CheckPod } from '../check.ts';

const check: CheckPod = (pod) => {
  const bad = badContainers(pod, (context) => context?.privileged === true);
  return bad.length === 0 ? undefined : { reason: 'privileged', detail: `${containers(bad)} must not set securityContext.privileged=true` };
};

export const privileged: Check = { id: 'privileged', level: 'baseline', versions: [{ since: 0, check }] };
