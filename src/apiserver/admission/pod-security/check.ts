/** What every check of the Pod Security Standards is made of (k8s.io/pod-security-admission/policy). */
import type { Container, Pod } from '../../../api/core/v1.gen.ts';

export interface PodShape {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: NonNullable<Pod['spec']>;
}

/** Why a pod is not allowed: a short reason and where it is. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export type CheckPod = (pod: PodShape) => Violation | undefined;

export interface VersionedCheck {
  /** From Kubernetes 1.x on, until the next version of the check. */
  readonly since: number;
  readonly check: CheckPod;
  /** Baseline checks that this one makes superfluous. */
  readonly overrides?: readonly string[];
}

export interface Check {
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  readonly versions: readonly VersionedCheck[];
}

type SecurityContext = NonNullable<Container['securityContext']>;

/** Init containers, containers, ephemeral containers. */
export function containersOf({ spec }: PodShape): Container[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...((spec.ephemeralContainers ?? []) as Container[])];
}

/** Names of the containers whose security context is bad. */
export function badContainers(pod: PodShape, isBad: (context: SecurityContext | undefined, container: Container) => boolean): string[] {
  return containersOf(pod)
    .filter((c) => isBad(c.securityContext, c))
    .map((c) => c.name);
}

/** `"a", "b"` */
export function quoted(items: Iterable<string>): string {
  return [...items].map((item) => `"${item}"`).join(', ');
}

export function sorted(items: Iterable<string>): string[] {
  return [...new Set(items)].sort();
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}

/** `container "a"`, `containers "a", "b"` */
export function containers(names: readonly string[]): string {
  return `${plural(names.length, 'container')} ${quoted(names)}`;
}

/** `pod and containers "a", "b"`: who set something; '' for nobody. */
export function setters(pod: boolean, names: readonly string[]): string {
  return [...(pod ? ['pod'] : []), ...(names.length > 0 ? [containers(names)] : [])].join(' and ');
}

/** The check, but not for Windows pods, which have no such thing. */
export function notOnWindows(check: CheckPod): CheckPod {
  return (pod) => (pod.spec.os?.name === 'windows' ? undefined : check(pod));
}

/** The check, but not for pods in a user namespace of their own, where root is nobody outside. */
export function notInUserNamespace(check: CheckPod): CheckPod {
  return (pod) => (pod.spec.hostUsers === false ? undefined : check(pod));
}
