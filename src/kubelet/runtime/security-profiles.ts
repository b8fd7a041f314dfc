import type { AppArmorProfile, Container, Pod, SeccompProfile } from '../../api/core/v1.gen.ts';
import type { Encodable } from '../cri/codec/message.ts';
import { ProfileType, type SecurityProfile } from '../cri/messages/security.ts';

type Profile = Encodable<typeof SecurityProfile>;

/** The container's seccomp profile, else the pod's, else unconfined (or the runtime's default where the kubelet says so). Throws when a local profile has no name. */
export function seccompProfile(pod: Pod, container: Container, profileRoot: string, defaultToRuntime: boolean): Profile {
  const profile = container.securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile;
  return convertSeccomp(profile, profileRoot, defaultToRuntime);
}

function convertSeccomp(profile: SeccompProfile | undefined, profileRoot: string, defaultToRuntime: boolean): Profile {
  if (!profile) return { profileType: defaultToRuntime ? ProfileType.RuntimeDefault : ProfileType.Unconfined };
  if (profile.type === 'RuntimeDefault') return { profileType: ProfileType.RuntimeDefault };
  if (profile.type !== 'Localhost') return { profileType: ProfileType.Unconfined };
  if (!profile.localhostProfile) throw new Error('localhostProfile must be set if seccompProfile type is Localhost.');
  return { profileType: ProfileType.Localhost, localhostRef: `${profileRoot}/${profile.localhostProfile}` };
}

export interface AppArmor {
  readonly profile: Profile;
  /** The form older runtimes read. */
  readonly deprecated: string;
}

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

/** The AppArmor profile asked for by field or by the old annotation; undefined when none is. */
export function appArmorProfile(pod: Pod, container: Container): AppArmor | undefined {
  const profile = container.securityContext?.appArmorProfile ?? pod.spec.securityContext?.appArmorProfile ?? fromAnnotation(pod, container);
  if (!profile) return undefined;
  switch (profile.type) {
    case 'RuntimeDefault':
      return { profile: { profileType: ProfileType.RuntimeDefault }, deprecated: 'runtime/default' };
    case 'Unconfined':
      return { profile: { profileType: ProfileType.Unconfined }, deprecated: 'unconfined' };
    case 'Localhost':
      if (profile.localhostProfile === undefined) throw new Error('missing localhost apparmor profile name');
      return {
        profile: { profileType: ProfileType.Localhost, localhostRef: profile.localhostProfile },
        deprecated: `localhost/${profile.localhostProfile}`,
      };
    default:
      throw new Error(`unknown apparmor profile type: "${profile.type}"`);
  }
}

function fromAnnotation(pod: Pod, container: Container): AppArmorProfile | undefined {
  const value = pod.metadata.annotations?.[APPARMOR_ANNOTATION + container.name];
  if (!value) return undefined;
  if (value === 'runtime/default') return { type: 'RuntimeDefault' };
  if (value === 'unconfined') return { type: 'Unconfined' };
  return value.startsWith('localhost/') ? { type: 'Localhost', localhostProfile: value.slice('localhost/'.length) } : undefined;
}
