import type { RegistryReader } from '../registry/reader.ts';
import { draft } from './draft.ts';
import { ensure } from './ensure.ts';

const NAME = 'kube-apiserver-legacy-service-account-token-tracking';

/** Since when the use of tokens in secrets is noted: what was not used for long after that may go (legacytokentracking). */
export async function ensureLegacyTokenTracking(registry: RegistryReader, nowMs: number): Promise<void> {
  const since = new Date(nowMs).toISOString().slice(0, 10);
  const wanted = draft('v1', 'ConfigMap', { name: NAME, namespace: 'kube-system' }, { data: { since } });
  await ensure(registry, '', 'configmaps', wanted, (current) => {
    const data = current['data'] as { since?: string } | undefined;
    return isDate(data?.since ?? '') ? undefined : { ...current, data: { ...data, since } };
  });
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}
