import type { Pod } from '../../api/core/v1.gen.ts';
import type { KnownPods } from '../status/status-manager.ts';
import { podFullName } from './names.ts';
import { isMirrorPod, isStaticPod } from './source.ts';

/** The pods this node was given, and the mirrors of its static ones (pkg/kubelet/pod). */
export class PodManager implements KnownPods {
  readonly #pods = new Map<string, Pod>();
  readonly #byName = new Map<string, Pod>();
  readonly #mirrors = new Map<string, Pod>();
  readonly #mirrorsByName = new Map<string, Pod>();

  /** Adds or replaces. */
  set(pod: Pod): void {
    const [byUid, byName] = isMirrorPod(pod) ? [this.#mirrors, this.#mirrorsByName] : [this.#pods, this.#byName];
    byUid.set(pod.metadata.uid, pod);
    byName.set(podFullName(pod), pod);
  }

  delete(pod: Pod): void {
    const [byUid, byName] = isMirrorPod(pod) ? [this.#mirrors, this.#mirrorsByName] : [this.#pods, this.#byName];
    byUid.delete(pod.metadata.uid);
    if (byName.get(podFullName(pod))?.metadata.uid === pod.metadata.uid) byName.delete(podFullName(pod));
  }

  /** Without mirrors. */
  list(): Pod[] {
    return [...this.#pods.values()];
  }

  mirrors(): Pod[] {
    return [...this.#mirrors.values()];
  }

  byUid(uid: string): Pod | undefined {
    return this.#pods.get(uid);
  }

  byName(namespace: string, name: string): Pod | undefined {
    return this.#byName.get(`${name}_${namespace}`);
  }

  mirrorOf(pod: Pod): Pod | undefined {
    return isStaticPod(pod) ? this.#mirrorsByName.get(podFullName(pod)) : undefined;
  }

  /** The static pod of a mirror; the pod itself otherwise. */
  realPod(pod: Pod): Pod | undefined {
    return isMirrorPod(pod) ? this.#byName.get(podFullName(pod)) : pod;
  }

  /** A mirror's uid stands for its static pod's. */
  translate(uid: string): string {
    const mirror = this.#mirrors.get(uid);
    return (mirror && this.#byName.get(podFullName(mirror))?.metadata.uid) ?? uid;
  }

  /** Mirrors whose static pod is gone. */
  orphanedMirrors(): Pod[] {
    return this.mirrors().filter((mirror) => !this.#byName.has(podFullName(mirror)));
  }
}
