/** Secrets that hold bootstrap tokens (k8s.io/cluster-bootstrap/util/secrets). */
import type { Secret } from '../../api/core/v1.gen.ts';

const NAME = /^bootstrap-token-([a-z0-9]{6})$/;

export function isBootstrapToken(secret: Secret): boolean {
  return secret.type === 'bootstrap.kubernetes.io/token' && secret.metadata.namespace === 'kube-system';
}

export function tokenField(secret: Secret, key: string): string {
  return Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
}

/** Milliseconds that the token is still valid for, zero or less when it has expired, undefined when it never does. An unreadable time has expired. */
export function tokenTimeLeft(secret: Secret, now: number): number | undefined {
  const text = tokenField(secret, 'expiration');
  if (text === '') return undefined;
  const at = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? 0 : at - now;
}

/** The token if cluster-info may be signed with it. */
export function signingToken(secret: Secret, now: number): { readonly id: string; readonly secret: string } | undefined {
  const id = tokenField(secret, 'token-id');
  const value = tokenField(secret, 'token-secret');
  if (!id || !value || NAME.exec(secret.metadata.name)?.[1] !== id) return undefined;
  const left = tokenTimeLeft(secret, now);
  if (left !== undefined && left <= 0) return undefined;
  return tokenField(secret, 'usage-bootstrap-signing') === 'true' ? { id, secret: value } : undefined;
}
