import type { SELinuxOptions } from '../../../../api/core/v1.gen.ts';
import { badContainers, plural, quoted, setters, sorted, type Check, type CheckPod } from '../check.ts';

const TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

function checkWith(allowed: readonly string[]): CheckPod {
  return (pod) => {
    const types: string[] = [];
    let user = false;
    let role = false;
    const isBad = (options: SELinuxOptions | undefined): boolean => {
      if (!options) return false;
      const badType = !allowed.includes(options.type ?? '');
      if (badType) types.push(options.type ?? '');
      user ||= Boolean(options.user);
      role ||= Boolean(options.role);
      return badType || Boolean(options.user) || Boolean(options.role);
    };
    const onPod = isBad(pod.spec.securityContext?.seLinuxOptions);
    const who = setters(
      onPod,
      badContainers(pod, (context) => isBad(context?.seLinuxOptions)),
    );
    if (who === '') return undefined;
    const distinct = sorted(types);
    const what = [
      ...(distinct.length > 0 ? [`${plural(distinct.length, 'type')} ${quoted(distinct)}`] : []),
      ...(user ? ['user may not be set'] : []),
      ...(role ? ['role may not be set'] : []),
    ];
    return { reason: 'seLinuxOptions', detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}` };
  };
}

export const seLinuxOptions: Check = {
  id: 'seLinuxOptions',
  level: 'baseline',
  versions: [
    { since: 0, check: checkWith(TYPES) },
    { since: 31, check: checkWith([...TYPES, 'container_engine_t']) },
  ],
};
