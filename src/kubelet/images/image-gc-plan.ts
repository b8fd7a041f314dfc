export interface ImageRecord {
  readonly id: string;
  readonly bytes: number;
  /** Milliseconds since the epoch; 0 for never used. */
  readonly detectedAt: number;
  readonly lastUsed: number;
  /** In use, or pinned. */
  readonly keep: boolean;
}

/** What to remove, in order, to free `bytes`; images first seen after `newest` stay. Pure. */
export function imagesToFree(images: readonly ImageRecord[], bytes: number, newest: number): ImageRecord[] {
  const out: ImageRecord[] = [];
  let freed = 0;
  for (const image of [...images].sort((a, b) => a.lastUsed - b.lastUsed || a.detectedAt - b.detectedAt)) {
    if (image.keep || image.detectedAt > newest || image.lastUsed > newest) continue;
    if (freed >= bytes) break;
    out.push(image);
    freed += image.bytes;
  }
  return out;
}
