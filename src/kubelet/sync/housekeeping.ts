/** Regularly brings together what should be and what is: workers, runtime, directories, cgroups, mirrors (pkg/kubelet HandlePodCleanups). */
import type { Pod } from '../../api/core/v1.gen.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { isMissing, readdir, rm } from '../../host/fs.ts';
import type { PodCgroups } from '../cgroups/pod-cgroups.ts';
import type { PodCache } from '../pleg/pod-cache.ts';
import { podFullName } from '../pod/names.ts';
import type { PodManager } from '../pod/pod-manager.ts';
import { isTerminalPhase } from '../status/merge-status.ts';
import type { StatusManager } from '../status/status-manager.ts';
import type { VolumeManager } from '../volumes/volume-manager.ts';
import type { PodPaths } from '../volumes/types.ts';
import type { PodWorkers } from '../workers/pod-workers.ts';
import type { PodLoop } from './pod-loop.ts';

export interface HousekeepingOptions {
  readonly log: Logger;
  readonly pods: PodManager;
  readonly workers: PodWorkers;
  readonly loop: PodLoop;
  readonly cache: PodCache;
  readonly statuses: StatusManager;
  readonly volumes: VolumeManager;
  readonly cgroups: PodCgroups;
  readonly paths: PodPaths;
  /** The directory that holds those of the pods. */
  readonly podsDirectory: string;
  readonly probes: { retain(uids: ReadonlySet<string>): void };
  deleteMirror(mirror: Pod): Promise<void>;
  kill(pid: number): void;
  retainAllocations(uids: ReadonlySet<string>): void;
}

export async function housekeep(o: HousekeepingOptions): Promise<void> {
  const pods = o.pods.list();
  const known = o.workers.syncKnown(pods);
  const uids = new Set(pods.map((pod) => pod.metadata.uid));
  const possiblyRunning = new Set([...known].filter(([, worker]) => worker.work !== 'terminated').map(([uid]) => uid));
  o.probes.retain(possiblyRunning);
  o.statuses.retain(new Set([...uids, ...o.pods.mirrors().map((pod) => pod.metadata.uid)]));
  o.retainAllocations(uids);
  const running = o.cache.runningPods();
  await removeDirectories(o, new Set([...uids, ...known.keys(), ...running.map((pod) => pod.uid)]));
  for (const mirror of o.pods.orphanedMirrors()) if (!o.workers.isMirrorTerminating(podFullName(mirror))) await o.deleteMirror(mirror);
  restartKnown(o, known);
  const runningUids = new Set(running.map((pod) => pod.uid));
  for (const pod of pods) {
    const { uid, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp && isTerminalPhase(pod.status.phase) && !known.has(uid) && !runningUids.has(uid))
      o.workers.update({ type: 'kill', pod });
  }
  for (const runningPod of running) {
    if (!known.has(runningPod.uid) && !o.pods.byUid(runningPod.uid))
      o.workers.update({ type: 'kill', runningPod, kill: { graceOverride: 1 } });
  }
  removeCgroups(o, possiblyRunning);
}

/** Active pods whose worker is gone, for example a static pod that came back, start again. */
function restartKnown(o: HousekeepingOptions, known: ReadonlyMap<string, unknown>): void {
  for (const pod of o.loop.activePods()) {
    if (known.has(pod.metadata.uid)) continue;
    const current = o.loop.currentPod(pod.metadata.uid);
    if (current) o.workers.update({ type: 'create', ...current });
  }
}

/** Directories of pods that nobody knows, once nothing is mounted in them. */
async function removeDirectories(o: HousekeepingOptions, keep: ReadonlySet<string>): Promise<void> {
  const names = await readdir(o.podsDirectory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const uid of names) {
    if (keep.has(uid)) continue;
    try {
      await o.volumes.unmount(uid);
      await rm(o.paths.pod(uid), { recursive: true, force: true });
    } catch (error) {
      o.log.warn('cannot clean up the directory of a pod, will retry', { uid, err: errorMessage(error) });
    }
  }
}

function removeCgroups(o: HousekeepingOptions, possiblyRunning: ReadonlySet<string>): void {
  for (const uid of o.cgroups.podUids()) {
    if (possiblyRunning.has(uid) || o.pods.byUid(uid)) continue;
    try {
      o.cgroups.destroy(uid, o.kill);
    } catch (error) {
      o.log.debug('cannot remove the cgroup of a pod yet', { uid, err: errorMessage(error) });
    }
  }
}
