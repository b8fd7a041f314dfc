/** Rules of secrets (pkg/apis/core/validation ValidateSecret). */
import type { Secret } from '../../../../api/core/v1.gen.ts';
import { fieldPath, invalid, required, type FieldError } from '../../../../machinery/field.ts';
import { decodedSize, validateDataKeys, validateDataSize, validateImmutable } from '../../shared/data-map.ts';

const data = fieldPath('data');
const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';

export function validateSecret(secret: Secret): FieldError[] {
  const bytes = Object.values(secret.data ?? {}).reduce((sum, v) => sum + decodedSize(v), 0);
  return [...validateDataKeys(secret.data, data), ...validateDataSize(bytes, data), ...validateType(secret)];
}

export function validateSecretUpdate(secret: Secret, old: Secret): FieldError[] {
  const errors: FieldError[] = [];
  if ((secret.type ?? '') !== (old.type ?? '')) errors.push(invalid(fieldPath('type'), secret.type, 'field is immutable'));
  return [...errors, ...validateImmutable(secret, old, [[data, secret.data, old.data]], fieldPath('immutable')), ...validateSecret(secret)];
}

/** What each well-known type must hold. */
function validateType(secret: Secret): FieldError[] {
  const has = (key: string) => secret.data !== undefined && Object.hasOwn(secret.data, key);
  const needs = (...keys: string[]) => keys.filter((k) => !has(k)).map((k) => required(data.key(k), ''));
  switch (secret.type) {
    case 'kubernetes.io/service-account-token':
      return secret.metadata.annotations?.[SERVICE_ACCOUNT_NAME]
        ? []
        : [required(fieldPath('metadata', 'annotations').key(SERVICE_ACCOUNT_NAME), '')];
    case 'kubernetes.io/dockercfg':
      return [...needs('.dockercfg'), ...json(secret, '.dockercfg')];
    case 'kubernetes.io/dockerconfigjson':
      return [...needs('.dockerconfigjson'), ...json(secret, '.dockerconfigjson')];
    case 'kubernetes.io/basic-auth':
      return has('username') || has('password') ? [] : [required(data.key('username'), ''), required(data.key('password'), '')];
    case 'kubernetes.io/ssh-auth':
      return secret.data?.['ssh-privatekey'] ? [] : [required(data.key('ssh-privatekey'), '')];
    case 'kubernetes.io/tls':
      return needs('tls.crt', 'tls.key');
    default:
      return [];
  }
}

function json(secret: Secret, key: string): FieldError[] {
  const value = secret.data?.[key];
  if (value === undefined) return [];
  try {
    JSON.parse(Buffer.from(value, 'base64').toString());
    return [];
  } catch {
    // The parser's own words could show a part of the secret.
    return [invalid(data.key(key), '<secret contents redacted>', 'invalid JSON')];
  }
}
