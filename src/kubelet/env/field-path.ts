/** Values of the downward API's field references (pkg/fieldpath). */
import type { Pod } from '../../api/core/v1.gen.ts';
import { isQualifiedName } from '../../machinery/names.ts';
import { goQuote } from './go-quote.ts';

/** `metadata.*` of a pod as text. Throws with upstream's message for a path that cannot be asked for. */
export function fieldPathValue(pod: Pod, path: string): string {
  const subscripted = /^(.+?)\['(.*)'\]$/s.exec(path);
  if (subscripted) return subscriptValue(pod, path, subscripted[1] ?? '', subscripted[2] ?? '');
  switch (path) {
    case 'metadata.annotations':
      return formatMap(pod.metadata.annotations);
    case 'metadata.labels':
      return formatMap(pod.metadata.labels);
    case 'metadata.name':
      return pod.metadata.name;
    case 'metadata.namespace':
      return pod.metadata.namespace;
    case 'metadata.uid':
      return pod.metadata.uid;
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

function subscriptValue(pod: Pod, path: string, base: string, key: string): string {
  if (base !== 'metadata.annotations' && base !== 'metadata.labels') throw new Error(`fieldPath "${path}" does not support subscript`);
  const errors = isQualifiedName(base === 'metadata.annotations' ? key.toLowerCase() : key);
  if (errors.length > 0) throw new Error(`invalid key subscript in ${path}: ${errors.join(';')}`);
  return (base === 'metadata.annotations' ? pod.metadata.annotations : pod.metadata.labels)?.[key] ?? '';
}

/** `key="value"` lines in the order of the keys. */
export function formatMap(map: Record<string, string> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .join('\n');
}
