import type { RequestContext, RequestInfo } from '../../request.ts';

const READ_ONLY = new Set(['get', 'list', 'watch', 'proxy']);

/** How many watches there are, by what they watch: a write makes work for each that hears of it (watch_tracker.go). */
export class WatchCounts {
  readonly #counts = new Map<string, number>();

  /** Counts a watch; returns how to forget it. */
  add({ info, request }: RequestContext): () => void {
    // Kubelets watch the pods of their node: only one of them hears of a change.
    if (info.resource === 'pods' && /(^|,)spec\.nodeName==?[^,=]/.test(request.query.get('fieldSelector') ?? '')) return () => {};
    const id = watchId(info, info.namespace, info.name);
    this.#change(id, 1);
    return () => this.#change(id, -1);
  }

  interestedIn(info: RequestInfo): number {
    if (READ_ONLY.has(info.verb)) return 0;
    const { namespace, name } = info;
    const ids = new Set([watchId(info, '', ''), watchId(info, namespace, ''), ...(name === '' ? [] : [watchId(info, namespace, name)])]);
    return [...ids].reduce((sum, id) => sum + (this.#counts.get(id) ?? 0), 0);
  }

  #change(id: string, by: number): void {
    const count = (this.#counts.get(id) ?? 0) + by;
    if (count === 0) this.#counts.delete(id);
    else this.#counts.set(id, count);
  }
}

function watchId({ group, resource }: RequestInfo, namespace: string, name: string): string {
  return `${group}/${resource}/${namespace}/${name}`;
}
