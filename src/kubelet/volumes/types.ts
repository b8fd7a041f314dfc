import type { Pod, Volume } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import type { Mounter } from '../../host/mounts.ts';
import type { ProjectionSources } from './payload/projected-payload.ts';

/** A volume that is ready to be mounted into containers. */
export interface MountedVolume {
  readonly name: string;
  /** Directory or file on the node; '' for images, which the runtime mounts. */
  readonly hostPath: string;
  /** Whatever the container's mount says, it may not write. */
  readonly readOnly: boolean;
  /** A block device for volumeDevices. */
  readonly device?: string | undefined;
  /** A group that containers need to use it. */
  readonly gid?: number | undefined;
}

/** One volume of one pod to be made ready. */
export interface VolumeSetup {
  readonly pod: Pod;
  /** As the pod names it. */
  readonly volume: Volume;
  readonly fsUser: number | undefined;
  readonly fsGroup: number | undefined;
}

export interface VolumeDependencies {
  readonly mounter: Mounter;
  readonly clock: Clock;
  readonly paths: PodPaths;
  readonly sources: ProjectionSources;
  /** Bytes of the node's memory that pods may use. */
  readonly allocatableMemory: number;
}

/** Directories of pods below the kubelet's root. */
export interface PodPaths {
  pod(uid: string): string;
  volumes(uid: string): string;
  /** Where one volume of a plugin lies. */
  volume(uid: string, plugin: string, name: string): string;
  subpaths(uid: string): string;
  /** Where a plugin keeps what it knows of a pod. */
  plugin(uid: string, plugin: string): string;
  /** Files of a container: its termination message. */
  container(uid: string, name: string): string;
}
