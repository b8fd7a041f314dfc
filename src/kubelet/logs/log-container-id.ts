import type { PodStatus } from '../../api/core/v1.gen.ts';

/** The container whose log is meant: the one that runs or ran last, or the one before. Throws with upstream's message when there is none. */
export function logContainerId(podName: string, status: PodStatus, container: string, previous: boolean): string {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? []), ...(status.ephemeralContainerStatuses ?? [])];
  const found = all.find((c) => c.name === container);
  const what = `container "${container}" in pod "${podName}"`;
  if (!found) throw new Error(`${what} is not available`);
  const { waiting, running, terminated } = found.state ?? {};
  const last = found.lastState?.terminated;
  if (previous) {
    if (!last?.containerID) throw new Error(`previous terminated container "${container}" in pod "${podName}" not found`);
    return bare(last.containerID);
  }
  if (running) return bare(found.containerID ?? '');
  if (terminated) {
    const id = terminated.containerID || last?.containerID;
    if (!id) throw new Error(`${what} is terminated`);
    return bare(id);
  }
  if (last) {
    if (!last.containerID) throw new Error(`${what} is terminated`);
    return bare(last.containerID);
  }
  if (!waiting) throw new Error(`${what} is waiting to start - no logs yet`);
  if (waiting.reason === 'ErrImagePull') throw new Error(`${what} is waiting to start: image can't be pulled`);
  if (waiting.reason === 'ImagePullBackOff') throw new Error(`${what} is waiting to start: trying and failing to pull image`);
  throw new Error(`${what} is waiting to start: ${waiting.reason ?? ''}`);
}

function bare(id: string): string {
  return id.replace(/^.*:\/\//, '');
}
