/** Registry credentials in secrets (https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/). */
import type { Secret } from '../../api/core/v1.gen.ts';

export interface RegistryCredential {
  readonly username: string;
  readonly password: string;
  /** Which secret it came from. */
  readonly secret?: { readonly namespace: string; readonly name: string; readonly uid: string } | undefined;
}

interface Entry {
  readonly host: string;
  readonly path: string;
  readonly credential: RegistryCredential;
}

/** Credentials of these secrets that fit a repository, the most specific first. Secrets of other types are skipped; broken ones throw. */
export function credentialsFor(repository: string, secrets: readonly Secret[]): RegistryCredential[] {
  const slash = repository.indexOf('/');
  const host = repository.slice(0, slash);
  const path = repository.slice(slash + 1);
  return secrets
    .flatMap(entriesOf)
    .filter((entry) => hostMatches(entry.host, host) && pathMatches(entry.path, path))
    .sort((a, b) => b.path.length - a.path.length || b.host.length - a.host.length)
    .map((entry) => entry.credential);
}

interface AuthEntry {
  username?: string;
  password?: string;
  auth?: string;
}

function entriesOf(secret: Secret): Entry[] {
  const { namespace, name, uid } = secret.metadata;
  const read = (key: string) => {
    const encoded = secret.data?.[key];
    if (encoded === undefined) return undefined;
    try {
      return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as unknown;
    } catch {
      throw new Error(`secret ${namespace}/${name} holds no valid registry credentials under ${key}`);
    }
  };
  let auths: Record<string, AuthEntry> | undefined;
  if (secret.type === 'kubernetes.io/dockerconfigjson')
    auths = (read('.dockerconfigjson') as { auths?: Record<string, AuthEntry> } | undefined)?.auths;
  else if (secret.type === 'kubernetes.io/dockercfg') auths = read('.dockercfg') as Record<string, AuthEntry> | undefined;
  return Object.entries(auths ?? {}).map(([registry, entry]) => ({
    ...location(registry),
    credential: { ...login(entry), secret: { namespace, name, uid } },
  }));
}

function location(registry: string): { host: string; path: string } {
  const bare = registry.replace(/^https?:\/\//, '');
  const slash = bare.indexOf('/');
  const host = slash < 0 ? bare : bare.slice(0, slash);
  let path = slash < 0 ? '' : bare.slice(slash + 1).replace(/\/$/, '');
  // Docker Hub's API address stands for the registry.
  if (path === 'v1' || path === 'v2') path = '';
  return { host: host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host, path };
}

function login(entry: AuthEntry): { username: string; password: string } {
  if (!entry.auth) return { username: entry.username ?? '', password: entry.password ?? '' };
  const text = Buffer.from(entry.auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw new Error('unable to parse auth field, must be formatted as base64(username:password)');
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** `*.example.com` stands for one label. */
function hostMatches(pattern: string, host: string): boolean {
  const [left, right] = [pattern.split('.'), host.split('.')];
  return left.length === right.length && left.every((part, index) => globMatches(part, right[index] ?? ''));
}

function globMatches(pattern: string, text: string): boolean {
  return new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(text);
}

function pathMatches(prefix: string, path: string): boolean {
  return prefix === '' || path === prefix || path.startsWith(prefix);
}
