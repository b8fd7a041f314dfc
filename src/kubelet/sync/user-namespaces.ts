/** Id ranges for pods with `hostUsers: false` (KEP-127). */
import { join } from 'node:path';
import type { Pod } from '../../api/core/v1.gen.ts';
import { readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import type { Encodable } from '../cri/codec/message.ts';
import { NamespaceMode, type UserNamespace } from '../cri/messages/security.ts';
import type { PodPaths } from '../volumes/types.ts';

/** Ids that one pod gets. */
const LENGTH = 65536;
/** The first range belongs to the machine itself. */
const FIRST = 1;

interface Mapping {
  readonly hostId: number;
}

export class UserNamespaces {
  readonly #paths: PodPaths;
  readonly #maxPods: number;
  readonly #pods = new Map<string, number>();

  constructor(paths: PodPaths, maxPods: number, podUids: readonly string[]) {
    this.#paths = paths;
    this.#maxPods = maxPods;
    for (const uid of podUids) {
      const text = readTextIfExists(this.#file(uid));
      if (text !== undefined) this.#pods.set(uid, Math.floor((JSON.parse(text) as Mapping).hostId / LENGTH));
    }
  }

  /** The pod's range, taken on first use; undefined for pods on the host's ids. Throws when none is left. */
  get(pod: Pod): Encodable<typeof UserNamespace> | undefined {
    if (pod.spec.hostUsers !== false) return undefined;
    const hostId = this.#slot(pod.metadata.uid) * LENGTH;
    const mapping = [{ hostId, containerId: 0, length: LENGTH }];
    return { mode: NamespaceMode.POD, uids: mapping, gids: mapping };
  }

  release(uid: string): void {
    this.#pods.delete(uid);
  }

  #slot(uid: string): number {
    const known = this.#pods.get(uid);
    if (known !== undefined) return known;
    const taken = new Set(this.#pods.values());
    for (let slot = FIRST; slot <= this.#maxPods; slot++) {
      if (taken.has(slot)) continue;
      writeFileAtomic(this.#file(uid), JSON.stringify({ hostId: slot * LENGTH, length: LENGTH }));
      this.#pods.set(uid, slot);
      return slot;
    }
    throw new Error(`could not find an empty slot to allocate a user namespace`);
  }

  #file(uid: string): string {
    return join(this.#paths.pod(uid), 'userns');
  }
}
