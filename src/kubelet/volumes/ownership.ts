import { join } from 'node:path';
import { chmod, lchown, lstat, readdir, stat } from '../../host/fs.ts';

const READ_WRITE = 0o660;
const READ_ONLY = 0o440;
const SEARCH = 0o110;
const SET_GID = 0o2000;

export interface OwnershipRequest {
  readonly path: string;
  /** Nothing happens without a group. */
  readonly fsGroup: number | undefined;
  readonly readOnly: boolean;
  /** `OnRootMismatch` leaves a tree alone whose root is right. */
  readonly changePolicy?: string | undefined;
}

/** Gives a tree to a group (https://kubernetes.io/docs/tasks/configure-pod-container/security-context/, fsGroup). */
export async function setOwnership({ path, fsGroup, readOnly, changePolicy }: OwnershipRequest): Promise<void> {
  if (fsGroup === undefined) return;
  if (changePolicy === 'OnRootMismatch' && (await rootMatches(path, fsGroup, readOnly))) return;
  await own(path, fsGroup, readOnly ? READ_ONLY : READ_WRITE);
}

/** Children before their parents, so that a root that is right means a tree that is. */
async function own(path: string, group: number, mask: number): Promise<void> {
  const info = await lstat(path);
  if (info.isDirectory()) for (const name of await readdir(path)) await own(join(path, name), group, mask);
  await lchown(path, info.uid, group);
  if (info.isSymbolicLink()) return;
  const wanted = info.isDirectory() ? mask | SEARCH | SET_GID : mask;
  await chmod(path, (info.mode & 0o7777) | wanted);
}

async function rootMatches(path: string, group: number, readOnly: boolean): Promise<boolean> {
  const info = await stat(path);
  const wanted = (readOnly ? READ_ONLY : READ_WRITE) | SEARCH;
  return info.gid === group && (info.mode & wanted) === wanted && (info.mode & SET_GID) !== 0;
}
