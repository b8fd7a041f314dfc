import type { Container, LimitRange, Pod } from '../../../api/core/v1.gen.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Fills in what containers leave out, from the range's defaults, and notes it in an annotation. Changes the pod. */
export function setDefaultResources(pod: Pod, range: LimitRange): void {
  const limits = new Map<string, string>();
  const requests = new Map<string, string>();
  for (const item of range.spec?.limits ?? []) {
    if (item.type !== 'Container') continue;
    for (const [name, value] of Object.entries(item.defaultRequest ?? {})) requests.set(name, value);
    for (const [name, value] of Object.entries(item.default ?? {})) limits.set(name, value);
  }
  const notes: string[] = [];
  const apply = (container: Container, title: string) => {
    const resources = (container.resources ??= {});
    const set = (kind: 'requests' | 'limits', defaults: ReadonlyMap<string, string>) => {
      const own = resources[kind] ?? {};
      const missing = [...defaults].filter(([name]) => !Object.hasOwn(own, name));
      if (missing.length === 0) return;
      resources[kind] = { ...own, ...Object.fromEntries(missing) };
      const names = missing.map(([name]) => name).sort();
      notes.push(`${names.join(', ')} ${kind === 'requests' ? 'request' : 'limit'} for ${title} ${container.name}`);
    };
    set('requests', requests);
    set('limits', limits);
  };
  for (const container of pod.spec?.containers ?? []) apply(container, 'container');
  for (const container of pod.spec?.initContainers ?? []) apply(container, 'init container');
  if (notes.length > 0)
    pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
}
