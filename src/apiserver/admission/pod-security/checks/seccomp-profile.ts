import {
  badContainers,
  containers,
  containersOf,
  notOnWindows,
  plural,
  quoted,
  setters,
  sorted,
  type Check,
  type CheckPod,
  type PodShape,
} from '../check.ts';

const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';
const REASON = 'seccompProfile';
const isGood = (type: string | undefined) => type === 'Localhost' || type === 'RuntimeDefault';

/** Before 1.19 profiles were annotations. */
const annotations: CheckPod = (pod) => {
  const keys = [POD_ANNOTATION, ...containersOf(pod).map((c) => CONTAINER_ANNOTATION + c.name)];
  const bad = keys.flatMap((key) => {
    const value = Object.hasOwn(pod.annotations, key) ? pod.annotations[key] : undefined;
    const good = value === undefined || value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
    return good ? [] : [`${key}=${JSON.stringify(value)}`];
  });
  const distinct = sorted(bad);
  return distinct.length === 0
    ? undefined
    : { reason: REASON, detail: `forbidden ${plural(distinct.length, 'annotation')} ${distinct.join(', ')}` };
};

/** Profiles that are set, and wrong. */
const explicit: CheckPod = (pod) => {
  const values: string[] = [];
  const isBad = (profile: { type?: string | undefined } | undefined): boolean => {
    if (!profile || isGood(profile.type)) return false;
    values.push(profile.type ?? '');
    return true;
  };
  const onPod = isBad(pod.spec.securityContext?.seccompProfile);
  const who = setters(
    onPod,
    badContainers(pod, (context) => isBad(context?.seccompProfile)),
  );
  return who === ''
    ? undefined
    : { reason: REASON, detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(sorted(values))}` };
};

const restricted: CheckPod = (pod: PodShape) => {
  const wrong = explicit(pod);
  if (wrong || pod.spec.securityContext?.seccompProfile) return wrong;
  const bad = badContainers(pod, (context) => !context?.seccompProfile);
  return bad.length === 0
    ? undefined
    : {
        reason: REASON,
        detail: `pod or ${containers(bad)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      };
};

export const seccompProfileBaseline: Check = {
  id: 'seccompProfile_baseline',
  level: 'baseline',
  versions: [
    { since: 0, check: annotations },
    { since: 19, check: explicit },
  ],
};

export const seccompProfileRestricted: Check = {
  id: 'seccompProfile_restricted',
  level: 'restricted',
  versions: [
    { since: 19, check: restricted, overrides: ['seccompProfile_baseline'] },
    { since: 25, check: notOnWindows(restricted), overrides: ['seccompProfile_baseline'] },
  ],
};
