/** Removes dead containers, sandboxes and logs that nobody needs (pkg/kubelet/kuberuntime/kuberuntime_gc.go). */
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { isMissing, lstat, readdir, rm, stat, unlink } from '../../host/fs.ts';
import type { Decoded } from '../cri/codec/message.ts';
import type { Cri } from '../cri/cri.ts';
import { ContainerState, type Container } from '../cri/messages/container.ts';
import { PodSandboxState, type PodSandbox } from '../cri/messages/sandbox.ts';
import { POD_NAME_LABEL, POD_NAMESPACE_LABEL, POD_UID_LABEL } from '../runtime/labels.ts';
import { legacyLogLink } from '../runtime/log-paths.ts';
import type { RuntimePodStatus } from '../runtime/types.ts';

export interface ContainerGcOptions {
  readonly cri: Cri;
  readonly clock: Clock;
  readonly log: Logger;
  readonly podLogsRoot: string;
  readonly legacyLogsRoot: string | undefined;
  /** Nothing of the pod is needed any more. */
  shouldContentBeRemoved(podUid: string): boolean;
}

interface DeadContainer {
  readonly id: string;
  /** Of the pod. */
  readonly name: string;
  readonly namespace: string;
  readonly container: string;
}

/** Dead instances that are kept of each container of a pod that lives. */
const KEEP_DEAD = 1;

export class ContainerGc {
  readonly #options: ContainerGcOptions;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ContainerGcOptions) {
    this.#options = options;
  }

  /** Collects everything; calls follow each other. Failures are logged: what is left is the next round's. */
  collect(): Promise<void> {
    this.#running = this.#running.then(() => this.#collect(undefined));
    return this.#running;
  }

  /** Collects what one pod left. */
  collectPod(podUid: string): Promise<void> {
    this.#running = this.#running.then(() => this.#collect(podUid));
    return this.#running;
  }

  /** Some containers of a pod have just ended: of their earlier instances only the newest stay. */
  async pruneContainers(status: RuntimePodStatus, died: readonly string[]): Promise<void> {
    const names = new Set(status.containers.filter((c) => died.includes(c.id)).map((c) => c.name));
    for (const name of names) {
      const dead = status.containers.filter((c) => c.name === name && c.state === 'exited').sort((a, b) => b.createdAt - a.createdAt);
      for (const { id } of dead.slice(KEEP_DEAD))
        await this.remove({ id, name: status.name, namespace: status.namespace, container: name });
    }
  }

  async #collect(podUid: string | undefined): Promise<void> {
    try {
      const labelSelector = podUid === undefined ? undefined : { [POD_UID_LABEL]: podUid };
      const filter = labelSelector && { labelSelector };
      const { containers } = await this.#options.cri.listContainers({ filter });
      await this.#removeContainers(containers);
      const { items } = await this.#options.cri.listPodSandbox({ filter });
      await this.#removeSandboxes(items, (await this.#options.cri.listContainers({ filter })).containers);
      await this.#removeLogs(podUid);
    } catch (error) {
      this.#options.log.warn('cannot collect dead containers', { err: errorMessage(error) });
    }
  }

  async #removeContainers(containers: readonly Decoded<typeof Container>[]): Promise<void> {
    const units = new Map<string, Decoded<typeof Container>[]>();
    for (const container of containers) {
      if (container.state === ContainerState.RUNNING || container.state === ContainerState.CREATED) continue;
      const key = `${container.labels[POD_UID_LABEL]}/${container.metadata?.name}`;
      units.set(key, [...(units.get(key) ?? []), container]);
    }
    for (const unit of units.values()) {
      const uid = unit[0]?.labels[POD_UID_LABEL] ?? '';
      const keep = this.#options.shouldContentBeRemoved(uid) ? 0 : KEEP_DEAD;
      unit.sort((a, b) => b.createdAt - a.createdAt);
      for (const { id, labels, metadata } of unit.slice(keep)) {
        const pod = { name: labels[POD_NAME_LABEL] ?? '', namespace: labels[POD_NAMESPACE_LABEL] ?? '' };
        await this.remove({ ...pod, id, container: metadata?.name ?? '' });
      }
    }
  }

  /** Removes a dead container and the link to its log. */
  async remove({ id, container, ...pod }: DeadContainer): Promise<void> {
    const { cri, legacyLogsRoot, log } = this.#options;
    try {
      if (legacyLogsRoot !== undefined) await unlink(legacyLogLink(legacyLogsRoot, pod, container, id)).catch(ignoreMissing);
      await cri.removeContainer({ containerId: id });
    } catch (error) {
      log.warn('cannot remove a dead container', { container, err: errorMessage(error) });
    }
  }

  /** Of a pod that lives the newest sandbox stays, and every one that is ready or holds containers. */
  async #removeSandboxes(
    sandboxes: readonly Decoded<typeof PodSandbox>[],
    containers: readonly Decoded<typeof Container>[],
  ): Promise<void> {
    const inUse = new Set(containers.map((c) => c.podSandboxId));
    const pods = new Map<string, Decoded<typeof PodSandbox>[]>();
    for (const sandbox of sandboxes) {
      const uid = sandbox.metadata?.uid ?? '';
      pods.set(uid, [...(pods.get(uid) ?? []), sandbox]);
    }
    for (const [uid, list] of pods) {
      list.sort((a, b) => b.createdAt - a.createdAt);
      const keep = this.#options.shouldContentBeRemoved(uid) ? 0 : 1;
      for (const { id, state } of list.slice(keep)) {
        if (state === PodSandboxState.READY || inUse.has(id)) continue;
        try {
          await this.#options.cri.stopPodSandbox({ podSandboxId: id });
          await this.#options.cri.removePodSandbox({ podSandboxId: id });
        } catch (error) {
          this.#options.log.warn('cannot remove a dead sandbox', { id, err: errorMessage(error) });
        }
      }
    }
  }

  async #removeLogs(podUid: string | undefined): Promise<void> {
    const { podLogsRoot, legacyLogsRoot, shouldContentBeRemoved } = this.#options;
    for (const name of await readdir(podLogsRoot)) {
      const uid = name.slice(name.lastIndexOf('_') + 1);
      if ((podUid !== undefined && uid !== podUid) || !shouldContentBeRemoved(uid)) continue;
      await rm(join(podLogsRoot, name), { recursive: true, force: true });
    }
    if (legacyLogsRoot === undefined) return;
    for (const name of await readdir(legacyLogsRoot)) {
      const link = join(legacyLogsRoot, name);
      const dead = (await lstat(link).catch(ignoreMissing))?.isSymbolicLink() && !(await stat(link).catch(ignoreMissing));
      if (dead && name.endsWith('.log')) await unlink(link).catch(ignoreMissing);
    }
  }
}

function ignoreMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
