import type { ContainerStatus, Pod, PodStatus } from '../../api/core/v1.gen.ts';
import { allContainers } from '../pod/containers.ts';
import { deepCopy } from '../../wire/json/deep-copy.ts';

/** All termination messages of a pod together. */
const MAX_MESSAGE_BYTES = 12 * 1024;

/** A copy that is ready to be sent: messages cut, lists in order. */
export function normalizeStatus(pod: Pod, status: PodStatus): PodStatus {
  const limit = Math.floor(MAX_MESSAGE_BYTES / Math.max(1, allContainers(pod.spec).length));
  const out = deepCopy(status);
  for (const list of [out.containerStatuses, out.initContainerStatuses, out.ephemeralContainerStatuses]) {
    for (const item of list ?? []) cutMessages(item, limit);
  }
  const byName = (a: ContainerStatus, b: ContainerStatus) => (a.name < b.name ? -1 : 1);
  out.containerStatuses?.sort(byName);
  out.ephemeralContainerStatuses?.sort(byName);
  const order = new Map((pod.spec.initContainers ?? []).map((c, index) => [c.name, index]));
  out.initContainerStatuses?.sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  return out;
}

function cutMessages(status: ContainerStatus, limit: number): void {
  for (const state of [status.state, status.lastState]) {
    const message = state?.terminated?.message;
    if (state?.terminated && message && Buffer.byteLength(message) > limit) {
      state.terminated.message = Buffer.from(message)
        .subarray(0, limit)
        .toString('utf8')
        .replace(/\uFFFD$/, '');
    }
  }
}
