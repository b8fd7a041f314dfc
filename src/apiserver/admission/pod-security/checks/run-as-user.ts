import { badContainers, notInUserNamespace, setters, type Check, type CheckPod } from '../check.ts';

const check: CheckPod = (pod) => {
  const who = setters(
    pod.spec.securityContext?.runAsUser === 0,
    badContainers(pod, (context) => context?.runAsUser === 0),
  );
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
};

export const runAsUser: Check = {
  id: 'runAsUser',
  level: 'restricted',
  versions: [
    { since: 23, check },
    { since: 35, check: notInUserNamespace(check) },
  ],
};
