import { isAbsolute, resolve } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import { isRoot, userDirectories } from '../../host/machine-user.ts';
import { UsageError, type FlagSpec } from '../cli/flags.ts';
import type { ClusterConfig } from './cluster-config.ts';
import { clusterPaths, configPath, DEFAULT_DATA_DIR, type ClusterPaths } from './paths.ts';

export interface Cluster {
  readonly config: ClusterConfig;
  readonly paths: ClusterPaths;
}

export const dataDirFlag = {
  type: 'string',
  help: `where the cluster keeps its data (${DEFAULT_DATA_DIR}; without root below ~/.local/share)`,
} as const satisfies FlagSpec;

/** The absolute data directory that a flag names, or the usual one. */
export function resolveDataDir(flag: string | undefined): string {
  if (flag === undefined) return isRoot() ? DEFAULT_DATA_DIR : userDirectories().data;
  return isAbsolute(flag) ? resolve(flag) : resolve(process.cwd(), flag);
}

/** The cluster in a data directory; undefined when there is none. Throws when its configuration is damaged. */
export function findCluster(dataDir: string): Cluster | undefined {
  const text = readTextIfExists(configPath(dataDir));
  if (text === undefined) return undefined;
  let config: ClusterConfig;
  try {
    config = JSON.parse(text) as ClusterConfig;
  } catch (error) {
    throw new Error(`Cannot read ${configPath(dataDir)}: it is damaged. Restore it, or remove the cluster with "wherry reset"`, {
      cause: error,
    });
  }
  if (config.version !== 1)
    throw new Error(`Cannot use the cluster in ${dataDir}: it was made by another version of wherry (format ${config.version})`);
  return { config, paths: clusterPaths(dataDir, config.id, runBase()) };
}

export function openCluster(dataDir: string): Cluster {
  const cluster = findCluster(dataDir);
  if (!cluster) throw new UsageError(`There is no cluster in ${dataDir}. Make one with "wherry up", or name its directory with --data-dir`);
  return cluster;
}

export function saveCluster(dataDir: string, config: ClusterConfig): Cluster {
  writeFileAtomic(configPath(dataDir), `${JSON.stringify(config, null, 2)}\n`, 0o644);
  return { config, paths: clusterPaths(dataDir, config.id, runBase()) };
}

function runBase(): string {
  return isRoot() ? '/run/wherry' : userDirectories().run;
}
