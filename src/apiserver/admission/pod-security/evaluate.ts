import type { Pod } from '../../../api/core/v1.gen.ts';
import type { Check, CheckPod, PodShape, Violation } from './check.ts';
import { allowPrivilegeEscalation } from './checks/allow-privilege-escalation.ts';
import { appArmorProfile } from './checks/app-armor-profile.ts';
import { capabilitiesBaseline, capabilitiesRestricted } from './checks/capabilities.ts';
import { hostNamespaces } from './checks/host-namespaces.ts';
import { hostPathVolumes } from './checks/host-path-volumes.ts';
import { hostPorts } from './checks/host-ports.ts';
import { hostProbesAndHostLifecycle } from './checks/host-probes.ts';
import { privileged } from './checks/privileged.ts';
import { procMountBaseline, procMountRestricted } from './checks/proc-mount.ts';
import { restrictedVolumes } from './checks/restricted-volumes.ts';
import { runAsNonRoot } from './checks/run-as-non-root.ts';
import { runAsUser } from './checks/run-as-user.ts';
import { seccompProfileBaseline, seccompProfileRestricted } from './checks/seccomp-profile.ts';
import { seLinuxOptions } from './checks/selinux-options.ts';
import { sysctls } from './checks/sysctls.ts';
import { windowsHostProcess } from './checks/windows-host-process.ts';
import type { LevelVersion } from './policy.ts';

const CHECKS: readonly Check[] = [
  allowPrivilegeEscalation,
  appArmorProfile,
  capabilitiesBaseline,
  capabilitiesRestricted,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbesAndHostLifecycle,
  privileged,
  procMountBaseline,
  procMountRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompProfileBaseline,
  seccompProfileRestricted,
  seLinuxOptions,
  sysctls,
  windowsHostProcess,
];

const byId = (a: Check, b: Check) => (a.id < b.id ? -1 : 1);
/** Baseline checks come first in messages. */
const ORDERED = [...CHECKS.filter((c) => c.level === 'baseline').sort(byId), ...CHECKS.filter((c) => c.level === 'restricted').sort(byId)];

/** What a pod violates of a level, in the order of upstream's messages. Versions to come are judged as the latest known. */
export function evaluatePod(pod: Pick<Pod, 'metadata' | 'spec'>, { level, minor }: LevelVersion): Violation[] {
  if (level === 'privileged' || !pod.spec) return [];
  const shape: PodShape = { annotations: pod.metadata?.annotations ?? {}, spec: pod.spec };
  return checksFor(level, minor ?? Infinity).flatMap((check) => check(shape) ?? []);
}

function checksFor(level: 'baseline' | 'restricted', minor: number): CheckPod[] {
  const active = ORDERED.filter((c) => level === 'restricted' || c.level === 'baseline').flatMap(({ id, versions }) => {
    const version = versions.findLast((v) => v.since <= minor);
    return version ? [{ id, ...version }] : [];
  });
  const overridden = new Set(active.flatMap((c) => c.overrides ?? []));
  return active.filter((c) => !overridden.has(c.id)).map((c) => c.check);
}

/** `reason (detail), reason (detail)` */
export function describeViolations(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}
