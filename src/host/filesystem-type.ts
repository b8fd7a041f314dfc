import { statfsSync } from 'node:fs';

const OVERLAYFS_MAGIC = 0x794c7630;

/** Whether the directory lies on an overlay file system, on which the kernel takes no second overlay. */
export function isOverlay(path: string): boolean {
  return statfsSync(path).type === OVERLAYFS_MAGIC;
}
