import { badContainers, containers, notInUserNamespace, setters, type Check, type CheckPod } from '../check.ts';

const check: CheckPod = (pod) => {
  const onPod = pod.spec.securityContext?.runAsNonRoot;
  const explicit = setters(
    onPod === false,
    badContainers(pod, (context) => context?.runAsNonRoot === false),
  );
  const reason = 'runAsNonRoot != true';
  if (explicit !== '') return { reason, detail: `${explicit} must not set securityContext.runAsNonRoot=false` };
  const implicit = badContainers(pod, (context) => context?.runAsNonRoot === undefined && onPod !== true);
  return implicit.length === 0
    ? undefined
    : { reason, detail: `pod or ${containers(implicit)} must set securityContext.runAsNonRoot=true` };
};

export const runAsNonRoot: Check = {
  id: 'runAsNonRoot',
  level: 'restricted',
  versions: [
    { since: 0, check },
    { since: 35, check: notInUserNamespace(check) },
  ],
};
