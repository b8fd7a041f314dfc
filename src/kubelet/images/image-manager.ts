/** Gets images onto the node (pkg/kubelet/images). */
import type { Pod, Secret } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import { GrpcError } from '../../host/grpc-channel.ts';
import type { Cri } from '../cri/cri.ts';
import type { SandboxConfig } from '../runtime/sandbox-config.ts';
import { goDuration } from '../util/go-duration.ts';
import { ItemBackoff } from '../util/item-backoff.ts';
import { credentialsFor, type RegistryCredential } from './docker-config.ts';
import { parseImageName, withDefaultTag } from './image-name.ts';
import type { PullQueue } from './pull-queue.ts';
import type { PullRecords } from './pull-records.ts';
import { StartError } from './start-error.ts';

const BACKOFF_INITIAL_MS = 10_000;
const BACKOFF_MAX_MS = 300_000;

export interface ImageRequest {
  readonly pod: Pod;
  readonly image: string;
  readonly pullPolicy: string | undefined;
  readonly pullSecrets: readonly Secret[];
  readonly sandboxConfig: SandboxConfig;
  /** Records an event about the container (or volume) that wants the image. */
  event(type: 'Normal' | 'Warning', reason: string, message: string): void;
}

export interface ImageManagerOptions {
  readonly cri: Cri;
  readonly clock: Clock;
  readonly queue: PullQueue;
  readonly records: PullRecords;
}

export class ImageManager {
  readonly #options: ImageManagerOptions;
  readonly #backoff: ItemBackoff;
  readonly #lastError = new Map<string, string>();

  constructor(options: ImageManagerOptions) {
    this.#options = options;
    this.#backoff = new ItemBackoff(options.clock, BACKOFF_INITIAL_MS, BACKOFF_MAX_MS);
  }

  /** The runtime's id of the image, pulled when the policy asks for it. Rejects with StartError. */
  async ensure(request: ImageRequest): Promise<string> {
    const { image } = request;
    const named = nameOf(request);
    const pullPolicy = request.pullPolicy ?? (named.endsWith(':latest') ? 'Always' : 'IfNotPresent');
    const present = pullPolicy === 'Always' ? undefined : await this.#present(request, named);
    if (present !== undefined) {
      const credentials = lookUp(request, named);
      if (this.#options.records.mayUse(named, present, credentials)) {
        request.event('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
        return present;
      }
    }
    if (pullPolicy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      request.event('Warning', 'ErrImageNeverPull', message);
      throw new StartError('ErrImageNeverPull', message);
    }
    return this.#pull(request, named);
  }

  async #present(request: ImageRequest, image: string): Promise<string | undefined> {
    try {
      return (await this.#options.cri.imageStatus({ image: { image } })).image?.id;
    } catch (error) {
      const message = `Failed to inspect image "${request.image}": ${goText(error)}`;
      request.event('Warning', 'InspectFailed', message);
      throw new StartError('ImageInspectError', message);
    }
  }

  async #pull(request: ImageRequest, named: string): Promise<string> {
    const { clock, queue, records } = this.#options;
    const { image } = request;
    const key = `${request.pod.metadata.uid}_${image}`;
    if (this.#backoff.isInBackoffSinceUpdate(key, clock.now())) {
      const message = `Back-off pulling image "${image}"`;
      request.event('Normal', 'BackOff', message);
      const before = this.#lastError.get(key);
      throw new StartError('ImagePullBackOff', before === undefined ? message : `${message}: ${before}`, this.#backoff.readyAt(key));
    }
    this.#lastError.delete(key);
    request.event('Normal', 'Pulling', `Pulling image "${image}"`);
    const asked = clock.monotonic();
    try {
      const pulled = await queue.run(() => this.#pullNow(request, named));
      const total = Math.trunc(clock.monotonic() - asked);
      const times = `${goDuration(Math.trunc(pulled.durationMs))} (${goDuration(total)} including waiting)`;
      request.event('Normal', 'Pulled', `Successfully pulled image "${image}" in ${times}. Image size: ${pulled.size} bytes.`);
      records.pulled(named, pulled.ref, pulled.credential);
      this.#backoff.collect();
      return pulled.ref;
    } catch (error) {
      const text = goText(error);
      request.event('Warning', 'Failed', `Failed to pull image "${image}": ${text}`);
      this.#backoff.next(key, clock.now());
      const failure = pullFailure(image, text);
      this.#lastError.set(key, `${failure.reason}: ${failure.message}`);
      throw new StartError(failure.reason, failure.message, this.#backoff.readyAt(key));
    }
  }

  async #pullNow(
    request: ImageRequest,
    named: string,
  ): Promise<{ ref: string; size: number; durationMs: number; credential?: RegistryCredential | undefined }> {
    const { cri, clock } = this.#options;
    const start = clock.monotonic();
    const image = { image: named, annotations: request.pod.metadata.annotations ?? {} };
    const credentials = lookUp(request, named);
    const failures: string[] = [];
    for (const credential of credentials.length > 0 ? credentials : [undefined]) {
      try {
        const auth = credential && { username: credential.username, password: credential.password };
        // No time limit: how long a pull may take is the network's matter.
        const { imageRef } = await cri.pullImage({ image, auth, sandboxConfig: request.sandboxConfig }, { timeoutMs: undefined });
        const size = (await cri.imageStatus({ image: { image: imageRef } })).image?.size ?? 0;
        return { ref: imageRef, size, durationMs: clock.monotonic() - start, credential };
      } catch (error) {
        if (credentials.length <= 1) throw error;
        failures.push(goText(error));
      }
    }
    const unique = [...new Set(failures)];
    throw new Error(unique.length === 1 ? unique[0] : `[${unique.join(', ')}]`);
  }
}

/** What Go programs print for an error of the runtime. */
export function goText(error: unknown): string {
  return error instanceof GrpcError ? error.goText : errorMessage(error);
}

function nameOf(request: ImageRequest): string {
  try {
    return withDefaultTag(request.image);
  } catch (error) {
    const message = `Failed to apply default image tag "${request.image}": ${errorMessage(error)}`;
    request.event('Warning', 'InspectFailed', message);
    throw new StartError('InvalidImageName', message);
  }
}

function lookUp(request: ImageRequest, named: string): RegistryCredential[] {
  return credentialsFor(parseImageName(named).repository, request.pullSecrets);
}

/** Errors that CRI runtimes mark. */
function pullFailure(image: string, text: string): { reason: string; message: string } {
  for (const [reason, what] of [
    ['RegistryUnavailable', 'the registry is unavailable'],
    ['SignatureValidationFailed', 'the signature validation failed'],
  ] as const) {
    if (text.startsWith(reason)) return { reason, message: `image pull failed for ${image} because ${what}${text.slice(reason.length)}` };
  }
  return { reason: 'ErrImagePull', message: text };
}
