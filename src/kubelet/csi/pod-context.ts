import type { Pod } from '../../api/core/v1.gen.ts';
import type { CSIDriver } from '../../api/storage/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';

export type TokenSource = (
  pod: Pod,
  audience: string,
  expirationSeconds: number,
) => Promise<{ readonly token: string; readonly expiresAt: number }>;

const TOKENS_KEY = 'csi.storage.k8s.io/serviceAccount.tokens';
const DEFAULT_EXPIRATION_SECONDS = 3600;

/** What a driver is told of the pod that a volume is mounted for, when it asks for it. */
export function podInfo(pod: Pod, driver: CSIDriver | undefined, ephemeral: boolean): Record<string, string> {
  if (!driver?.spec.podInfoOnMount) return {};
  return {
    'csi.storage.k8s.io/pod.name': pod.metadata.name,
    'csi.storage.k8s.io/pod.namespace': pod.metadata.namespace,
    'csi.storage.k8s.io/pod.uid': pod.metadata.uid,
    'csi.storage.k8s.io/serviceAccount.name': pod.spec.serviceAccountName ?? '',
    'csi.storage.k8s.io/ephemeral': String(ephemeral),
  };
}

/** Tokens of the pod's service account for a driver: for its secrets or for the volume's context, as it wishes. */
export async function podTokens(
  pod: Pod,
  driver: CSIDriver | undefined,
  tokens: TokenSource,
): Promise<{ readonly secrets: Record<string, string>; readonly context: Record<string, string> }> {
  const requests = driver?.spec.tokenRequests ?? [];
  if (requests.length === 0) return { secrets: {}, context: {} };
  const out: Record<string, { token: string; expirationTimestamp: string }> = {};
  for (const { audience, expirationSeconds } of requests) {
    const { token, expiresAt } = await tokens(pod, audience, expirationSeconds ?? DEFAULT_EXPIRATION_SECONDS);
    out[audience] = { token, expirationTimestamp: formatTime(expiresAt) };
  }
  const entry = { [TOKENS_KEY]: JSON.stringify(out) };
  return driver?.spec.serviceAccountTokenInSecrets ? { secrets: entry, context: {} } : { secrets: {}, context: entry };
}
