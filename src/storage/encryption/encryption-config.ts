import { load } from 'js-yaml';
import type { Random } from '../../base/clock.ts';
import { aesCbc, aesGcm } from './aes.ts';
import { secretbox } from './secretbox.ts';
import { identityTransformer, type PrefixTransformer, prefixTransformers, type ValueTransformer } from './transformer.ts';

export interface GroupResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
}

/** Gives the transformer of a resource; identity where nothing is configured. */
export type TransformerFor = (resource: GroupResource) => ValueTransformer;

export class EncryptionConfigError extends Error {}

interface Key {
  name?: unknown;
  secret?: unknown;
}
type Provider = Partial<Record<'aesgcm' | 'aescbc' | 'secretbox' | 'identity' | 'kms', { keys?: Key[] } | null>>;

const AES_SIZES = [16, 24, 32];
const MAKERS = {
  aesgcm: { make: aesGcm, sizes: AES_SIZES },
  aescbc: { make: aesCbc, sizes: AES_SIZES },
  secretbox: { make: secretbox, sizes: [32] },
} as const;

/**
 * Reads an EncryptionConfiguration (--encryption-provider-config,
 * https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/). Throws EncryptionConfigError that names the field; secrets are never in it.
 */
export function parseEncryptionConfig(text: string, random: Random): TransformerFor {
  const rules = new Map<string, PrefixTransformer[]>();
  const { resources } = readDocument(text);
  if (!Array.isArray(resources) || resources.length === 0)
    throw new EncryptionConfigError('resources: Required value: at least one resources is required');
  for (const [i, rule] of (resources as { resources?: unknown; providers?: unknown }[]).entries()) {
    const at = `resources[${i}]`;
    const names = nonEmptyList<string>(rule?.resources, `${at}.resources`);
    const providers = nonEmptyList<Provider>(rule?.providers, `${at}.providers`).map((provider, j) =>
      readProvider(provider, `${at}.providers[${j}]`, random),
    );
    checkOverlap(names, `${at}.resources`);
    for (const [j, name] of names.entries()) {
      checkName(name, `${at}.resources[${j}]`);
      const { group, resource } = parseGroupResource(name);
      for (const earlier of [`*.${group}`, '*.*']) {
        if (rules.has(earlier)) throw new EncryptionConfigError(`resource "${name}" is masked by earlier rule "${earlier}"`);
      }
      const id = `${resource}.${group}`;
      rules.set(id, [...(rules.get(id) ?? []), ...providers]);
    }
  }
  const transformers = new Map([...rules].map(([id, list]) => [id, prefixTransformers(list)]));
  return ({ group, resource }) =>
    transformers.get(`${resource}.${group}`) ?? transformers.get(`*.${group}`) ?? transformers.get('*.*') ?? identityTransformer;
}

function readDocument(text: string): { resources?: unknown } {
  let document: unknown;
  try {
    document = load(text);
  } catch (error) {
    throw new EncryptionConfigError(`error decoding encryption provider configuration: ${(error as Error).message}`);
  }
  const { apiVersion, kind } = (document ?? {}) as Record<string, unknown>;
  if (kind !== 'EncryptionConfiguration' || apiVersion !== 'apiserver.config.k8s.io/v1') {
    throw new EncryptionConfigError(`got unexpected config type: ${String(apiVersion)}, Kind=${String(kind)}`);
  }
  return document as { resources?: unknown };
}

function readProvider(provider: Provider, at: string, random: Random): PrefixTransformer {
  const kinds = ['kms', 'aesgcm', 'aescbc', 'secretbox', 'identity'] as const;
  const found = kinds.filter((kind) => provider !== null && typeof provider === 'object' && kind in provider);
  const [kind] = found;
  if (!kind) {
    throw new EncryptionConfigError(
      `${at}: Invalid value: provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity`,
    );
  }
  if (found.length > 1) {
    throw new EncryptionConfigError(
      `${at}: Invalid value: more than one provider specified in a single element, should split into different list elements`,
    );
  }
  if (kind === 'kms') throw new EncryptionConfigError(`${at}.kms: KMS plugins are not supported; use aesgcm, aescbc or secretbox`);
  if (kind === 'identity') return { prefix: '', transformer: identityTransformer };
  const { make, sizes } = MAKERS[kind];
  const keys = nonEmptyList<Key>(provider[kind]?.keys, `${at}.${kind}.keys`).map((key, i) =>
    readKey(key, `${at}.${kind}.keys[${i}]`, sizes),
  );
  const byKey = keys.map(({ name, secret }) => ({ prefix: `${name}:`, transformer: make(secret, random) }));
  return {
    prefix: `k8s:enc:${kind}:v1:`,
    transformer: prefixTransformers(byKey, `no matching key was found for the provided ${kind.toUpperCase()} transformer`),
  };
}

function readKey(key: Key, at: string, sizes: readonly number[]): { name: string; secret: Uint8Array } {
  if (typeof key?.name !== 'string' || key.name === '')
    throw new EncryptionConfigError(`${at}.name: Required value: name is a mandatory field for a key`);
  if (typeof key.secret !== 'string' || key.secret === '')
    throw new EncryptionConfigError(`${at}.secret: Required value: secret is a mandatory field for a key`);
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(key.secret)) {
    throw new EncryptionConfigError(`${at}.secret: Invalid value: "REDACTED": secrets must be base64 encoded`);
  }
  const secret = Buffer.from(key.secret, 'base64');
  if (!sizes.includes(secret.length)) {
    throw new EncryptionConfigError(
      `${at}.secret: Invalid value: "REDACTED": secret is not of the expected length, got ${secret.length}, expected one of [${sizes.join(' ')}]`,
    );
  }
  return { name: key.name, secret };
}

function checkName(name: string, at: string): void {
  const refuse = (why: string): never => {
    throw new EncryptionConfigError(`${at}: Invalid value: "${name}": ${why}`);
  };
  if (name !== name.toLowerCase()) refuse('resource name should not contain capital letters');
  if (name === '*') refuse("use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources");
  const { group, resource } = parseGroupResource(name);
  if (group === 'events.k8s.io')
    refuse("'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file");
  if (group === 'extensions') refuse("'extensions' group has been removed and cannot be used for encryption");
  if (group === '*' && resource !== '*') refuse('encrypting the same resource across groups is not supported');
}

function checkOverlap(names: readonly string[], at: string): void {
  if (new Set(names).size < names.length)
    throw new EncryptionConfigError(`${at}: Invalid value: the same resource cannot be specified multiple times`);
  const parsed = names.map(parseGroupResource);
  const overlaps = parsed.some((a, i) => parsed.some((b, j) => i !== j && a.resource === '*' && (a.group === '*' || a.group === b.group)));
  if (overlaps) {
    throw new EncryptionConfigError(
      `${at}: Invalid value: using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked`,
    );
  }
}

function parseGroupResource(name: string): GroupResource {
  const dot = name.indexOf('.');
  return dot < 0 ? { resource: name, group: '' } : { resource: name.slice(0, dot), group: name.slice(dot + 1) };
}

function nonEmptyList<T>(value: unknown, at: string): T[] {
  if (!Array.isArray(value) || value.length === 0) throw new EncryptionConfigError(`${at}: Required value: at least one ${at} is required`);
  return value as T[];
}
