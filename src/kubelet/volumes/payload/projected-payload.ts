/** Files of a projected volume (https://kubernetes.io/docs/concepts/storage/projected-volumes/). */
import type { ConfigMap, Pod, ProjectedVolumeSource, Secret, VolumeProjection } from '../../../api/core/v1.gen.ts';
import { errorMessage } from '../../../base/log.ts';
import { isNotFound } from '../../../machinery/status-error.ts';
import type { Allocatable } from '../../env/resource-field.ts';
import { aggregate } from './aggregate.ts';
import { downwardPayload } from './downward-payload.ts';
import type { Payload } from './file-projection.ts';
import { configMapData, keyPayload, missingConfigKey, missingSecretKey, secretData } from './key-payload.ts';

export interface ProjectionSources {
  configMap(namespace: string, name: string): Promise<ConfigMap>;
  secret(namespace: string, name: string): Promise<Secret>;
  token(pod: Pod, audience: string, expirationSeconds: number): Promise<string>;
  trustBundle(projection: NonNullable<VolumeProjection['clusterTrustBundle']>): Promise<string>;
  readonly allocatable: Allocatable;
}

export interface Ownership {
  /** The one user all containers run as; undefined when they differ or do not say. */
  readonly fsUser: number | undefined;
  readonly fsGroup: number | undefined;
}

const DEFAULT_MODE = 0o644;
const DEFAULT_TOKEN_SECONDS = 3600;

/** Rejects with all that is missing. */
export async function projectedPayload(
  source: ProjectedVolumeSource,
  pod: Pod,
  owner: Ownership,
  sources: ProjectionSources,
): Promise<Payload> {
  const mode = source.defaultMode ?? DEFAULT_MODE;
  const errors: string[] = [];
  const parts = await Promise.all(
    (source.sources ?? []).map((part) =>
      partPayload(part, pod, owner, mode, sources).catch((error: unknown) => {
        errors.push(errorMessage(error));
        return undefined;
      }),
    ),
  );
  if (errors.length > 0) throw aggregate(errors);
  return new Map(parts.flatMap((part) => [...(part ?? [])]));
}

async function partPayload(
  part: VolumeProjection,
  pod: Pod,
  owner: Ownership,
  defaultMode: number,
  sources: ProjectionSources,
): Promise<Payload> {
  const { namespace } = pod.metadata;
  if (part.configMap) {
    const { name = '', items, optional = false } = part.configMap;
    const found = await orUndefined(optional, sources.configMap(namespace, name));
    return keyPayload(found ? configMapData(found) : new Map(), { items, defaultMode, optional, missing: missingConfigKey });
  }
  if (part.secret) {
    const { name = '', items, optional = false } = part.secret;
    const found = await orUndefined(optional, sources.secret(namespace, name));
    return keyPayload(found ? secretData(found) : new Map(), { items, defaultMode, optional, missing: missingSecretKey });
  }
  if (part.downwardAPI) return downwardPayload(part.downwardAPI.items ?? [], pod, sources.allocatable, defaultMode);
  // What proves who the pod is belongs to its user alone.
  const secretFile = (text: string) => ({
    data: Buffer.from(text, 'utf8'),
    mode: owner.fsUser !== undefined || owner.fsGroup !== undefined ? 0o600 : defaultMode,
    fsUser: owner.fsUser,
  });
  if (part.serviceAccountToken) {
    const { path, audience = '', expirationSeconds = DEFAULT_TOKEN_SECONDS } = part.serviceAccountToken;
    return new Map([[path, secretFile(await sources.token(pod, audience, expirationSeconds))]]);
  }
  if (part.clusterTrustBundle)
    return new Map([[part.clusterTrustBundle.path, secretFile(await sources.trustBundle(part.clusterTrustBundle))]]);
  if (part.podCertificate)
    throw new Error('podCertificate projections are not supported by this kubelet (feature gate PodCertificateRequest is off)');
  return new Map();
}

async function orUndefined<T>(optional: boolean, found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (optional && isNotFound(error)) return undefined;
    throw error;
  }
}
