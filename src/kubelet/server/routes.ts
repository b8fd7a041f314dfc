import type { Handler, UpgradeHandler } from './types.ts';

export interface Route {
  readonly methods: readonly string[];
  /** Segments; `{name}` takes one, a last `{name:*}` the rest. */
  readonly path: string;
  readonly handle?: Handler | undefined;
  readonly upgrade?: UpgradeHandler | undefined;
}

/** The first route that fits; `method` when only the method does not. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | 'method' | undefined {
  let otherMethod = false;
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (!params) continue;
    if (route.methods.includes(method) || (method === 'HEAD' && route.methods.includes('GET'))) return { route, params };
    otherMethod = true;
  }
  return otherMethod ? 'method' : undefined;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const rest = /^\{(\w+):\*\}$/.exec(segment);
    if (rest) {
      params[rest[1] ?? ''] = given.slice(index).map(decodeURIComponent).join('/');
      return params;
    }
    const value = given[index];
    if (value === undefined) return undefined;
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name !== undefined) params[name] = decodeURIComponent(value);
    else if (segment !== value) return undefined;
  }
  return wanted.length === given.length ? params : undefined;
}
