import { plural, quoted, type Check, type CheckPod } from '../check.ts';

const check: CheckPod = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((v) => v.hostPath).map((v) => v.name);
  return bad.length === 0 ? undefined : { reason: 'hostPath volumes', detail: `${plural(bad.length, 'volume')} ${quoted(bad)}` };
};

export const hostPathVolumes: Check = { id: 'hostPathVolumes', level: 'baseline', versions: [{ since: 0, check }] };
