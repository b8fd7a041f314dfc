import { badContainers, setters, type Check, type CheckPod } from '../check.ts';

const check: CheckPod = (pod) => {
  const who = setters(
    pod.spec.securityContext?.windowsOptions?.hostProcess === true,
    badContainers(pod, (context) => context?.windowsOptions?.hostProcess === true),
  );
  return who === '' ? undefined : { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
};

export const windowsHostProcess: Check = { id: 'windowsHostProcess', level: 'baseline', versions: [{ since: 0, check }] };
