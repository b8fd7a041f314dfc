import { StartError } from '../images/start-error.ts';
import type { SyncResult } from '../runtime/sync-result.ts';
import type { StartFailure } from '../status/container-statuses.ts';

/** Why containers could not be started, until they could (pkg/kubelet reasonCache). */
export class StartFailures {
  readonly #pods = new Map<string, Map<string, StartFailure>>();

  get(podUid: string, container: string): StartFailure | undefined {
    return this.#pods.get(podUid)?.get(container);
  }

  update(podUid: string, results: readonly SyncResult[]): void {
    const pod = this.#pods.get(podUid) ?? new Map<string, StartFailure>();
    for (const { action, target, error } of results) {
      if (action !== 'StartContainer') continue;
      if (error) pod.set(target, { reason: error instanceof StartError ? error.reason : 'CreateContainerError', message: error.message });
      else pod.delete(target);
    }
    if (pod.size > 0) this.#pods.set(podUid, pod);
    else this.#pods.delete(podUid);
  }

  forget(podUid: string): void {
    this.#pods.delete(podUid);
  }
}
