/**
 * Annotations of a pod that tell a simulated node how its containers behave, all below `sim.wherry.local/`. `<name>` holds for every
 * container, `<name>.<container>` for one of them and goes first. Values that are no numbers where one is wanted count as not given.
 *
 * | name                | meaning                                                                                     |
 * |---------------------|---------------------------------------------------------------------------------------------|
 * | run-seconds         | the container ends by itself after so long (fractions allowed)                              |
 * | exit-code           | the code it ends with; without run-seconds it ends at once                                  |
 * | log                 | what it writes when it starts, in place of what its command writes                          |
 * | stop-seconds        | how long it takes to end after SIGTERM; longer than the grace period: killed, exit code 137 |
 * | stop-exit-code      | the code it ends with after SIGTERM; 0                                                      |
 * | start-error         | it cannot be started: RunContainerError with this message                                   |
 * | pull-error          | its image cannot be pulled: ErrImagePull with this message, then ImagePullBackOff           |
 * | start-after-seconds | how long its image takes to be pulled                                                       |
 * | ready               | `false`: it never becomes ready                                                             |
 * | ready-after-seconds | how long after its start it becomes ready                                                   |
 * | live                | `false`: its liveness probe, if it has one, fails                                           |
 */
import type { Pod } from '../../api/core/v1.gen.ts';

export const SIM_PREFIX = 'sim.wherry.local/';

export type SimSetting =
  | 'run-seconds'
  | 'exit-code'
  | 'log'
  | 'stop-seconds'
  | 'stop-exit-code'
  | 'start-error'
  | 'pull-error'
  | 'start-after-seconds'
  | 'ready'
  | 'ready-after-seconds'
  | 'live';

export function simSetting(pod: Pod, container: string, name: SimSetting): string | undefined {
  const { annotations } = pod.metadata;
  return annotations?.[`${SIM_PREFIX}${name}.${container}`] ?? annotations?.[`${SIM_PREFIX}${name}`];
}

export function simNumber(pod: Pod, container: string, name: SimSetting): number | undefined {
  const text = simSetting(pod, container, name);
  const value = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
