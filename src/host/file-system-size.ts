import { statfs } from 'node:fs/promises';

export interface FileSystemSize {
  readonly capacityBytes: number;
  /** What unprivileged users may still take. */
  readonly availableBytes: number;
  readonly usedBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
}

/** Size and use of the file system that holds `path`. */
export async function fileSystemSize(path: string): Promise<FileSystemSize> {
  const { bsize, blocks, bavail, bfree, files, ffree } = await statfs(path);
  return {
    capacityBytes: blocks * bsize,
    availableBytes: bavail * bsize,
    usedBytes: (blocks - bfree) * bsize,
    inodes: files,
    inodesFree: ffree,
  };
}
