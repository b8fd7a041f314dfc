import { dirname } from 'node:path';
import { fileSystemSize, type FileSystemSize } from '../../host/file-system-size.ts';
import { isMissing } from '../../host/fs.ts';
import type { Cri } from '../cri/cri.ts';

export interface NodeStorage {
  /** The file system of the kubelet's directories. */
  readonly node: FileSystemSize;
  /** The one that holds images, and what images take of it. */
  readonly images: FileSystemSize & { readonly imageBytes: number; readonly imageInodes: number };
  /** Whether both are one. */
  readonly shared: boolean;
}

export async function nodeStorage(rootDirectory: string, cri: Cri): Promise<NodeStorage> {
  const node = await fileSystemSize(rootDirectory);
  const { imageFilesystems } = await cri.imageFsInfo({});
  const [first] = imageFilesystems;
  const images = await existing(first?.fsId?.mountpoint || rootDirectory);
  const shared = node.capacityBytes === images.capacityBytes && node.inodes === images.inodes;
  const imageBytes = first?.usedBytes?.value ?? 0;
  return { node, images: { ...images, imageBytes, imageInodes: first?.inodesUsed?.value ?? 0 }, shared };
}

/** The runtime may name a directory that it has yet to make. */
async function existing(path: string): Promise<FileSystemSize> {
  try {
    return await fileSystemSize(path);
  } catch (error) {
    if (!isMissing(error) || path === '/') throw error;
    return existing(dirname(path));
  }
}
