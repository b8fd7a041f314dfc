/**
 * Kubeconfig files: reading, merging, changing, writing
 * (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/). Pure; the files come in as text.
 */
import { isAbsolute, join, dirname } from 'node:path';
import { dump, load } from 'js-yaml';

export interface KubeconfigCluster {
  server?: string;
  'tls-server-name'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'proxy-url'?: string;
  'disable-compression'?: boolean;
  [field: string]: unknown;
}

export interface KubeconfigUser {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  as?: string;
  'as-uid'?: string;
  'as-groups'?: string[];
  'as-user-extra'?: Record<string, string[]>;
  exec?: unknown;
  'auth-provider'?: unknown;
  [field: string]: unknown;
}

export interface KubeconfigContext {
  cluster?: string;
  user?: string;
  namespace?: string;
  [field: string]: unknown;
}

/** Entries by name, in the order of the file. */
export interface Kubeconfig {
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>;
  readonly users: ReadonlyMap<string, KubeconfigUser>;
  readonly contexts: ReadonlyMap<string, KubeconfigContext>;
  readonly currentContext: string;
  /** Everything else in the file, kept when it is written again. */
  readonly rest: Readonly<Record<string, unknown>>;
}

export class KubeconfigError extends Error {}

export const EMPTY_KUBECONFIG: Kubeconfig = { clusters: new Map(), users: new Map(), contexts: new Map(), currentContext: '', rest: {} };

/** Fields that name files, which are relative to the kubeconfig's folder. */
const CLUSTER_PATHS = ['certificate-authority'];
const USER_PATHS = ['client-certificate', 'client-key', 'tokenFile'];

/** Throws KubeconfigError that names the file. */
export function parseKubeconfig(text: string, path: string): Kubeconfig {
  const fail = (detail: string): never => {
    throw new KubeconfigError(`error loading config file "${path}": ${detail}`);
  };
  if (text.trim() === '') return EMPTY_KUBECONFIG;
  let document: unknown;
  try {
    document = load(text);
  } catch (error) {
    return fail((error as Error).message);
  }
  if (document === null || document === undefined) return EMPTY_KUBECONFIG;
  if (typeof document !== 'object' || Array.isArray(document)) return fail('it is no kubeconfig: not an object');
  const { apiVersion, kind, clusters, users, contexts, 'current-context': current, ...rest } = document as Record<string, unknown>;
  if (kind !== undefined && kind !== 'Config') fail(`no kind "${String(kind)}" is registered for version "${String(apiVersion)}"`);
  if (apiVersion !== undefined && apiVersion !== 'v1') fail(`no kind "Config" is registered for version "${String(apiVersion)}"`);
  const entries = <T>(list: unknown, field: string, paths: readonly string[]): Map<string, T> => {
    const out = new Map<string, T>();
    if (list === null || list === undefined) return out;
    if (!Array.isArray(list)) return fail(`${field}s must be a list`);
    for (const item of list as Record<string, unknown>[]) {
      if (typeof item?.['name'] !== 'string') fail(`an entry of ${field}s has no name`);
      const name = item['name'] as string;
      if (!out.has(name)) out.set(name, absolutePaths((item[field] ?? {}) as Record<string, unknown>, paths, path) as T);
    }
    return out;
  };
  return {
    clusters: entries(clusters, 'cluster', CLUSTER_PATHS),
    users: entries(users, 'user', USER_PATHS),
    contexts: entries(contexts, 'context', []),
    currentContext: typeof current === 'string' ? current : '',
    rest,
  };
}

/** Several files as one: of entries with the same name, and of current contexts, the first counts. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const merged = <T>(pick: (config: Kubeconfig) => ReadonlyMap<string, T>) => {
    const out = new Map<string, T>();
    for (const config of configs) for (const [name, entry] of pick(config)) if (!out.has(name)) out.set(name, entry);
    return out;
  };
  return {
    clusters: merged((c) => c.clusters),
    users: merged((c) => c.users),
    contexts: merged((c) => c.contexts),
    currentContext: configs.find((c) => c.currentContext !== '')?.currentContext ?? '',
    rest: Object.assign({}, ...configs.map((c) => c.rest).toReversed()) as Record<string, unknown>,
  };
}

/** YAML text. File names below the kubeconfig's folder (of `path`) are written relative to it, as kubectl does. */
export function kubeconfigText(config: Kubeconfig, path: string): string {
  const list = <T extends object>(entries: ReadonlyMap<string, T>, field: string, paths: readonly string[]) =>
    [...entries].map(([name, entry]) => ({ [field]: relativePaths(entry as Record<string, unknown>, paths, path), name }));
  const document = {
    apiVersion: 'v1',
    clusters: list(config.clusters, 'cluster', CLUSTER_PATHS),
    contexts: list(config.contexts, 'context', []),
    'current-context': config.currentContext,
    kind: 'Config',
    ...config.rest,
    users: list(config.users, 'user', USER_PATHS),
  };
  return dump(document, { lineWidth: -1 });
}

/**
 * The files that make up the user's kubeconfig: `explicit` (--kubeconfig) alone; otherwise those of $KUBECONFIG; otherwise
 * ~/.kube/config. `required`: the file must exist.
 */
export function kubeconfigPaths(options: {
  readonly explicit?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string | undefined;
}): { readonly paths: string[]; readonly required: boolean } {
  if (options.explicit) return { paths: [options.explicit], required: true };
  const fromEnv = [...new Set((options.env['KUBECONFIG'] ?? '').split(':').filter((path) => path !== ''))];
  if (fromEnv.length > 0) return { paths: fromEnv, required: false };
  return { paths: options.home ? [join(options.home, '.kube', 'config')] : [], required: false };
}

/** Reads and merges; `read` gives a file's text, or undefined when there is none. Throws KubeconfigError. */
export function loadKubeconfig(
  from: { readonly paths: readonly string[]; readonly required: boolean },
  read: (path: string) => string | undefined,
): Kubeconfig {
  const configs = from.paths.flatMap((path) => {
    const text = read(path);
    if (text === undefined && from.required) throw new KubeconfigError(`stat ${path}: no such file or directory`);
    return text === undefined ? [] : [parseKubeconfig(text, path)];
  });
  return mergeKubeconfigs(configs);
}

function absolutePaths(entry: Record<string, unknown>, fields: readonly string[], path: string): Record<string, unknown> {
  const out = { ...entry };
  for (const field of fields) {
    const value = out[field];
    if (typeof value === 'string' && value !== '' && !isAbsolute(value)) out[field] = join(dirname(path), value);
  }
  return out;
}

function relativePaths(entry: Record<string, unknown>, fields: readonly string[], path: string): Record<string, unknown> {
  const folder = `${dirname(path)}/`;
  const out = { ...entry };
  for (const field of fields) {
    const value = out[field];
    if (typeof value === 'string' && value.startsWith(folder)) out[field] = value.slice(folder.length);
  }
  return out;
}
