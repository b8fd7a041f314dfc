import type { ConfigMap, KeyToPath, Secret } from '../../../api/core/v1.gen.ts';
import type { Payload } from './file-projection.ts';

/** Keys of a config map as bytes. */
export function configMapData(configMap: ConfigMap): Map<string, Uint8Array> {
  return new Map<string, Uint8Array>([
    ...Object.entries(configMap.data ?? {}).map(([key, text]): [string, Uint8Array] => [key, Buffer.from(text, 'utf8')]),
    ...Object.entries(configMap.binaryData ?? {}).map(([key, base64]): [string, Uint8Array] => [key, Buffer.from(base64, 'base64')]),
  ]);
}

export function secretData(secret: Secret): Map<string, Uint8Array> {
  return new Map(Object.entries(secret.data ?? {}).map(([key, base64]) => [key, Buffer.from(base64, 'base64')]));
}

export interface KeySelection {
  readonly items: readonly KeyToPath[] | undefined;
  readonly defaultMode: number;
  readonly optional: boolean;
  /** Message about a key that is not there. */
  missing(key: string): string;
}

/** Every key under its own name, or the chosen ones under theirs. Throws when a chosen key is missing and not optional. */
export function keyPayload(data: ReadonlyMap<string, Uint8Array>, { items, defaultMode, optional, missing }: KeySelection): Payload {
  const payload: Payload = new Map();
  if (!items?.length) {
    for (const [key, bytes] of data) payload.set(key, { data: bytes, mode: defaultMode });
    return payload;
  }
  for (const item of items) {
    const bytes = data.get(item.key);
    if (bytes) payload.set(item.path, { data: bytes, mode: item.mode ?? defaultMode });
    else if (!optional) throw new Error(missing(item.key));
  }
  return payload;
}

export const missingConfigKey = (key: string): string => `configmap references non-existent config key: ${key}`;
export const missingSecretKey = (key: string): string => `references non-existent secret key: ${key}`;
