/** What becomes of an unused legacy token secret, pure (pkg/controller/serviceaccount/legacy_serviceaccount_token_cleaner.go, KEP-2799). */
import type { Pod, Secret, ServiceAccount } from '../../api/core/v1.gen.ts';

const LAST_USED = 'kubernetes.io/legacy-token-last-used';
export const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** `mounted`: whether a pod of the namespace uses the secret. Times in milliseconds. */
export function planToken(
  secret: Secret,
  account: ServiceAccount | undefined,
  mounted: () => boolean,
  now: number,
  cleanUpPeriodMs: number,
): 'keep' | 'invalidate' | 'delete' {
  const { metadata } = secret;
  if (secret.type !== 'kubernetes.io/service-account-token' || metadata.deletionTimestamp) return 'keep';
  if (Date.parse(metadata.creationTimestamp) >= now - cleanUpPeriodMs) return 'keep';
  const oldest = dateOf(now - cleanUpPeriodMs);
  const lastUsed = metadata.labels?.[LAST_USED];
  if (lastUsed !== undefined && (!DATE.test(lastUsed) || lastUsed >= oldest)) return 'keep';
  const uid = metadata.annotations?.[ACCOUNT_UID];
  if (!account || (uid && account.metadata.uid !== uid) || !account.secrets?.some((s) => s.name === metadata.name)) return 'keep';
  if (mounted()) return 'keep';
  const invalidSince = metadata.labels?.[INVALID_SINCE] ?? '';
  if (!DATE.test(invalidSince)) return 'invalidate';
  return invalidSince >= oldest ? 'keep' : 'delete';
}

export function accountNameOf(secret: Secret): string | undefined {
  return secret.metadata.annotations?.[ACCOUNT_NAME];
}

/** Names of the secrets that a pod refers to. */
export function secretsOfPod({ spec }: Pod): string[] {
  const names: (string | undefined)[] = (spec.imagePullSecrets ?? []).map((s) => s.name);
  for (const c of [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])]) {
    names.push(...(c.envFrom ?? []).map((e) => e.secretRef?.name), ...(c.env ?? []).map((e) => e.valueFrom?.secretKeyRef?.name));
  }
  for (const v of spec.volumes ?? []) {
    names.push(v.secret?.secretName, ...(v.projected?.sources ?? []).map((s) => s.secret?.name));
    names.push(v.azureFile?.secretName, v.cephfs?.secretRef?.name, v.cinder?.secretRef?.name, v.flexVolume?.secretRef?.name);
    names.push(
      v.rbd?.secretRef?.name,
      v.scaleIO?.secretRef?.name,
      v.iscsi?.secretRef?.name,
      v.storageos?.secretRef?.name,
      v.csi?.nodePublishSecretRef?.name,
    );
  }
  return names.filter((n): n is string => !!n);
}
