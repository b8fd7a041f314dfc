import { badContainers, plural, quoted, setters, sorted, type Check, type CheckPod } from '../check.ts';

const ANNOTATION_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';
const ALLOWED = ['RuntimeDefault', 'Localhost'];

const check: CheckPod = (pod) => {
  const bad: string[] = [];
  const isBad = (type: string | undefined): boolean => {
    if (type === undefined || ALLOWED.includes(type)) return false;
    bad.push(type);
    return true;
  };
  const profile = pod.spec.securityContext?.appArmorProfile;
  const onPod = isBad(profile && (profile.type ?? ''));
  const names = badContainers(pod, (context) => isBad(context?.appArmorProfile && (context.appArmorProfile.type ?? '')));
  const annotations = Object.entries(pod.annotations)
    .filter(
      ([key, value]) => key.startsWith(ANNOTATION_PREFIX) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'),
    )
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const who = [setters(onPod, names), annotations.length > 0 ? plural(annotations.length, 'annotation') : ''].filter((w) => w !== '');
  if (who.length === 0) return undefined;
  const values = [...sorted(bad), ...annotations];
  return {
    reason: plural(values.length, 'forbidden AppArmor profile'),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

export const appArmorProfile: Check = { id: 'appArmorProfile', level: 'baseline', versions: [{ since: 0, check }] };
