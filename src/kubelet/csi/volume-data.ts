import { join } from 'node:path';
import { isMissing, readFile, writeFile } from '../../host/fs.ts';

/** What lies beside a mounted volume, so that a later kubelet can unmount it (upstream's vol_data.json). */
export interface VolumeData {
  readonly specVolID: string;
  readonly volumeHandle: string;
  readonly driverName: string;
  readonly nodeName: string;
  readonly attachmentID: string;
  readonly volumeLifecycleMode: 'Persistent' | 'Ephemeral';
}

const FILE = 'vol_data.json';

export function saveVolumeData(directory: string, data: VolumeData): Promise<void> {
  return writeFile(join(directory, FILE), JSON.stringify(data));
}

/** Undefined when there is none, or nothing usable. */
export async function loadVolumeData(directory: string): Promise<VolumeData | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, FILE), 'utf8')) as VolumeData;
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
