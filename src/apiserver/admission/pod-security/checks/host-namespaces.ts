import type { Check, CheckPod } from '../check.ts';

const check: CheckPod = ({ spec }) => {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name]).map((name) => `${name}=true`);
  return used.length === 0 ? undefined : { reason: 'host namespaces', detail: used.join(', ') };
};

export const hostNamespaces: Check = { id: 'hostNamespaces', level: 'baseline', versions: [{ since: 0, check }] };
