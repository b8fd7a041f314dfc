import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { StartError } from '../images/start-error.ts';
import { formatPod } from '../pod/names.ts';
import { goDuration } from '../util/go-duration.ts';
import type { ItemBackoff } from '../util/item-backoff.ts';
import type { ContainerEvents } from './container-events.ts';
import type { RuntimePodStatus } from './types.ts';

/** The key changes with what the container is made of: a new image or size starts at once. */
export function backoffKey(pod: Pod, container: Container): string {
  const { name, namespace, uid } = pod.metadata;
  return [name, namespace, uid, container.name, container.image, JSON.stringify(container.resources)].join('/');
}

/** Throws StartError CrashLoopBackOff while a container that ended has to wait; otherwise lengthens the wait of the next time. */
export function checkCrashBackoff(
  pod: Pod,
  container: Container,
  status: RuntimePodStatus,
  backoff: ItemBackoff,
  events: ContainerEvents,
): void {
  const ended = status.containers.find((c) => c.name === container.name && c.state === 'exited');
  if (!ended) return;
  const key = backoffKey(pod, container);
  if (!backoff.isInBackoffSince(key, ended.finishedAt)) {
    backoff.next(key, ended.finishedAt);
    return;
  }
  events.container(pod, container, 'Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${formatPod(pod)}`);
  const delay = backoff.get(key);
  const message = `back-off ${goDuration(delay)} restarting failed container=${container.name} pod=${formatPod(pod)}`;
  throw new StartError('CrashLoopBackOff', message, ended.finishedAt + delay);
}
