/** Removes images nobody uses when the disk fills up (pkg/kubelet/images/image_gc_manager.go). */
import type { Clock } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import type { FileSystemSize } from '../../host/file-system-size.ts';
import type { Cri } from '../cri/cri.ts';
import { imagesToFree, type ImageRecord } from './image-gc-plan.ts';

export interface ImageGcOptions {
  readonly cri: Cri;
  readonly clock: Clock;
  readonly log: Logger;
  readonly highThresholdPercent: number;
  readonly lowThresholdPercent: number;
  /** The file system that holds images. */
  disk(): Promise<FileSystemSize>;
  /** An event about the node. */
  event(reason: string, message: string): void;
}

/** Younger images are about to be used. */
const MIN_AGE_MS = 120_000;

export class ImageGc {
  readonly #options: ImageGcOptions;
  readonly #known = new Map<string, { detectedAt: number; lastUsed: number }>();

  constructor(options: ImageGcOptions) {
    this.#options = options;
  }

  /** Frees space down to the low threshold when the high one is reached. Failures become events. */
  async collect(): Promise<void> {
    const { highThresholdPercent, lowThresholdPercent, disk, event, log } = this.#options;
    const { capacityBytes, availableBytes } = await disk();
    if (capacityBytes === 0) return;
    const available = Math.min(availableBytes, capacityBytes);
    const usedPercent = 100 - Math.trunc((available * 100) / capacityBytes);
    if (highThresholdPercent >= 100 || usedPercent < highThresholdPercent) {
      await this.#detect();
      return;
    }
    const wanted = Math.trunc((capacityBytes * (100 - lowThresholdPercent)) / 100) - available;
    log.info('disk usage on image filesystem is over the high threshold, trying to free bytes down to the low threshold', {
      usage: usedPercent,
      highThreshold: highThresholdPercent,
      amountToFree: wanted,
    });
    const freed = await this.free(wanted);
    if (freed >= wanted) return;
    event(
      'FreeDiskSpaceFailed',
      `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, but only found ${freed} bytes eligible to free.`,
    );
  }

  /** Removes unused images, least recently used first, until `bytes` are free. Returns how many were freed. */
  async free(bytes: number): Promise<number> {
    const { clock, cri, log } = this.#options;
    const images = await this.#detect();
    let freed = 0;
    for (const image of imagesToFree(images, bytes, clock.now() - MIN_AGE_MS)) {
      try {
        await cri.removeImage({ image: { image: image.id } });
        this.#known.delete(image.id);
        freed += image.bytes;
      } catch (error) {
        log.warn('cannot remove an image', { image: image.id, err: errorMessage(error) });
      }
    }
    return freed;
  }

  async #detect(): Promise<ImageRecord[]> {
    const { cri, clock } = this.#options;
    const now = clock.now();
    const [{ images }, { containers }] = await Promise.all([cri.listImages({}), cri.listContainers({})]);
    const used = new Set(containers.flatMap((c) => [c.imageId, c.imageRef, c.image?.image ?? '']));
    for (const { id } of images) {
      const known = this.#known.get(id) ?? { detectedAt: now, lastUsed: 0 };
      if (used.has(id)) known.lastUsed = now;
      this.#known.set(id, known);
    }
    for (const id of this.#known.keys()) if (!images.some((image) => image.id === id)) this.#known.delete(id);
    return images.map(({ id, size, pinned }) => {
      const { detectedAt, lastUsed } = this.#known.get(id) ?? { detectedAt: now, lastUsed: now };
      return { id, bytes: size, detectedAt, lastUsed, keep: pinned || used.has(id) };
    });
  }
}
