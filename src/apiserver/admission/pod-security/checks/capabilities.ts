import { badContainers, containers, notOnWindows, quoted, sorted, type Check, type CheckPod } from '../check.ts';

const DEFAULT_ONES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Containers that add others than the allowed capabilities, and which those are. */
function adding(pod: Parameters<CheckPod>[0], allowed: (capability: string) => boolean): { names: string[]; capabilities: string[] } {
  const bad: string[] = [];
  const names = badContainers(pod, (context) => {
    const added = (context?.capabilities?.add ?? []).filter((c) => !allowed(c));
    bad.push(...added);
    return added.length > 0;
  });
  return { names, capabilities: sorted(bad) };
}

const mustNotInclude = (names: readonly string[], capabilities: readonly string[]) =>
  `${containers(names)} must not include ${quoted(capabilities)} in securityContext.capabilities.add`;

const baseline: CheckPod = (pod) => {
  const { names, capabilities } = adding(pod, (c) => DEFAULT_ONES.has(c));
  return names.length === 0 ? undefined : { reason: 'non-default capabilities', detail: mustNotInclude(names, capabilities) };
};

const restricted: CheckPod = (pod) => {
  const keeping = badContainers(pod, (context) => !context?.capabilities?.drop?.includes('ALL'));
  const { names, capabilities } = adding(pod, (c) => c === 'NET_BIND_SERVICE');
  const details = [
    ...(keeping.length > 0 ? [`${containers(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(names.length > 0 ? [mustNotInclude(names, capabilities)] : []),
  ];
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

export const capabilitiesBaseline: Check = { id: 'capabilities_baseline', level: 'baseline', versions: [{ since: 0, check: baseline }] };

export const capabilitiesRestricted: Check = {
  id: 'capabilities_restricted',
  level: 'restricted',
  versions: [
    { since: 22, check: restricted, overrides: ['capabilities_baseline'] },
    { since: 25, check: notOnWindows(restricted), overrides: ['capabilities_baseline'] },
  ],
};
