/** Volumes of the pods on this node: made before containers start, refreshed while they run, removed after they ended. */
import { join } from 'node:path';
import type { Pod, Volume } from '../../api/core/v1.gen.ts';
import { backoffDelay } from '../../base/backoff.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { isMissing, readdir, rm } from '../../host/fs.ts';
import { allContainers } from '../pod/containers.ts';
import { podFsUser } from './fs-user.ts';
import { refreshClaim, type ClaimDependencies } from './plugins/claim.ts';
import { claimOf, setUpVolume, showsFiles } from './set-up-volume.ts';
import { unmountTree } from './tmpfs.ts';
import type { MountedVolume } from './types.ts';

export interface VolumeManagerOptions {
  readonly deps: ClaimDependencies;
  readonly log: Logger;
  event(pod: Pod, type: 'Warning', reason: string, message: string): void;
}

/** How long a pod waits for its volumes before the failure is told and it starts over. */
const MOUNT_TIMEOUT_MS = 123_000;
const RETRY = { baseMs: 500, maxMs: 122_000 };

interface PodVolumes {
  pod: Pod;
  readonly mounted: Map<string, MountedVolume>;
  /** Wakes a mount that waits. */
  wake: () => void;
  /** Refreshes of one pod follow each other. */
  queue: Promise<void>;
}

export class VolumeManager {
  readonly #options: VolumeManagerOptions;
  readonly #pods = new Map<string, PodVolumes>();

  constructor(options: VolumeManagerOptions) {
    this.#options = options;
  }

  /** Volumes of a pod that are ready, by name. */
  mounted(podUid: string): ReadonlyMap<string, MountedVolume> {
    return this.#pods.get(podUid)?.mounted ?? new Map<string, MountedVolume>();
  }

  /** Resolves when every volume that a container uses is ready. Rejects after two minutes with upstream's message, or when `signal` aborts. */
  async mount(pod: Pod, signal: AbortSignal): Promise<void> {
    const state = this.#state(pod);
    const wanted = usedVolumes(pod);
    const { clock } = this.#options.deps;
    const deadline = clock.monotonic() + MOUNT_TIMEOUT_MS;
    for (let failures = 1; ; failures++) {
      const { promise: woken, resolve } = Promise.withResolvers<void>();
      state.wake = resolve;
      const missing = wanted.filter((volume) => !state.mounted.has(volume.name));
      await Promise.all(missing.map((volume) => this.#setUp(state, volume)));
      const unmounted = missing.filter((volume) => !state.mounted.has(volume.name)).map((volume) => volume.name);
      signal.throwIfAborted();
      if (unmounted.length === 0) return;
      const left = deadline - clock.monotonic();
      if (left <= 0) throw new Error(timedOut(unmounted));
      await this.#pause(Math.min(left, backoffDelay(failures, RETRY)), woken, signal);
    }
  }

  /** What the pod shows of the API may have changed: config maps, secrets, tokens, its own labels. */
  refresh(pod: Pod): Promise<void> {
    const state = this.#pods.get(pod.metadata.uid);
    if (!state) return Promise.resolve();
    state.pod = pod;
    state.wake();
    state.queue = state.queue.then(async () => {
      for (const volume of usedVolumes(state.pod)) {
        if (showsFiles(volume) && state.mounted.has(volume.name)) await this.#setUp(state, volume);
      }
    });
    return state.queue;
  }

  /** Renews what expires. */
  async refreshAll(): Promise<void> {
    for (const state of this.#pods.values()) {
      await this.refresh(state.pod);
      for (const volume of usedVolumes(state.pod)) await this.#refreshClaim(state, volume);
    }
  }

  /** Removes everything of a pod's volumes, also what an earlier kubelet left. Rejects when something is still in use. */
  async unmount(podUid: string): Promise<void> {
    await this.#pods.get(podUid)?.queue;
    this.#pods.delete(podUid);
    const { mounter, paths, csi } = this.#options.deps;
    await unmountTree(mounter, paths.subpaths(podUid));
    await csi.tearDown(podUid);
    const volumes = paths.volumes(podUid);
    for (const plugin of await list(volumes)) {
      for (const name of await list(join(volumes, plugin))) await unmountTree(mounter, join(volumes, plugin, name));
      await rm(join(volumes, plugin), { recursive: true, force: true });
    }
    await rm(volumes, { recursive: true, force: true });
    await rm(join(paths.pod(podUid), 'plugins'), { recursive: true, force: true });
  }

  /** Whether the disk still holds volumes of a pod. */
  async hasVolumes(podUid: string): Promise<boolean> {
    const volumes = this.#options.deps.paths.volumes(podUid);
    for (const plugin of await list(volumes)) if ((await list(join(volumes, plugin))).length > 0) return true;
    return false;
  }

  async #refreshClaim({ pod, mounted }: PodVolumes, volume: Volume): Promise<void> {
    const claim = claimOf(pod, volume);
    if (!claim || !mounted.has(volume.name)) return;
    const setup = { pod, volume, fsUser: podFsUser(pod), fsGroup: pod.spec.securityContext?.fsGroup };
    try {
      await refreshClaim(setup, claim, this.#options.deps);
    } catch (error) {
      this.#options.event(
        pod,
        'Warning',
        'VolumeResizeFailed',
        `NodeExpandVolume failed for volume "${volume.name}" : ${errorMessage(error)}`,
      );
    }
  }

  #state(pod: Pod): PodVolumes {
    const { uid } = pod.metadata;
    const known = this.#pods.get(uid);
    if (known) {
      known.pod = pod;
      return known;
    }
    const state: PodVolumes = { pod, mounted: new Map(), wake: () => {}, queue: Promise.resolve() };
    this.#pods.set(uid, state);
    return state;
  }

  async #setUp(state: PodVolumes, volume: Volume): Promise<void> {
    const { pod } = state;
    const fsGroup = pod.spec.securityContext?.fsGroup;
    try {
      state.mounted.set(volume.name, await setUpVolume({ pod, volume, fsUser: podFsUser(pod), fsGroup }, this.#options.deps));
    } catch (error) {
      const message = `MountVolume.SetUp failed for volume "${volume.name}" : ${errorMessage(error)}`;
      this.#options.event(pod, 'Warning', 'FailedMount', message);
      this.#options.log.warn('cannot set up a volume', {
        pod: pod.metadata.name,
        namespace: pod.metadata.namespace,
        volume: volume.name,
        err: errorMessage(error),
      });
    }
  }

  async #pause(ms: number, woken: Promise<void>, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const stop = AbortSignal.any([signal, over.signal]);
    await Promise.race([woken, this.#options.deps.clock.sleep(ms, stop).catch(() => undefined)]);
    over.abort();
    signal.throwIfAborted();
  }
}

/** Volumes that a container mounts or uses as a device. */
function usedVolumes(pod: Pod): Volume[] {
  const used = new Set(
    allContainers(pod.spec).flatMap((c) => [...(c.volumeMounts ?? []).map((m) => m.name), ...(c.volumeDevices ?? []).map((d) => d.name)]),
  );
  return (pod.spec.volumes ?? []).filter((volume) => used.has(volume.name));
}

function timedOut(unmounted: readonly string[]): string {
  return `unmounted volumes=[${[...unmounted].sort().join(' ')}], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition`;
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
