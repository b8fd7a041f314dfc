import type { ContainerStatus, Pod, PodStatus } from '../../api/core/v1.gen.ts';
import { isRestartableInit } from '../pod/containers.ts';
import { allContainersCouldRestart, shouldRestartAfterExit } from '../pod/restart-policy.ts';

/** Why a status may not follow another: a container that ended for good cannot live again. Undefined when it may. */
export function illegalTransition(pod: Pod, from: PodStatus, to: PodStatus): string | undefined {
  const { spec } = pod;
  if (spec.restartPolicy === 'Always' || allContainersCouldRestart(spec)) return undefined;
  const revived = (old: ContainerStatus, list: readonly ContainerStatus[] | undefined) =>
    (list ?? []).some((s) => s.name === old.name && !s.state?.terminated);
  const endedForGood = (old: ContainerStatus, containers: typeof spec.containers) => {
    const exit = old.state?.terminated;
    if (!exit || (exit.exitCode !== 0 && spec.restartPolicy === 'OnFailure')) return false;
    return !containers.some((c) => c.name === old.name && shouldRestartAfterExit(c, spec, exit.exitCode));
  };
  for (const old of from.containerStatuses ?? []) {
    if (endedForGood(old, spec.containers) && revived(old, to.containerStatuses)) {
      return `terminated container ${old.name} attempted illegal transition to non-terminated state`;
    }
  }
  const ordinary = (spec.initContainers ?? []).filter((c) => !isRestartableInit(c));
  for (const old of from.initContainerStatuses ?? []) {
    if (!ordinary.some((c) => c.name === old.name)) continue;
    if (endedForGood(old, ordinary) && revived(old, to.initContainerStatuses)) {
      return `terminated init container ${old.name} attempted illegal transition to non-terminated state`;
    }
  }
  return undefined;
}
