import type { Handler } from './types.ts';
import { HttpError } from './types.ts';

/** Name and test; a test answers with what is wrong, or undefined. */
export type HealthCheck = readonly [name: string, check: () => string | undefined];

/** GET /healthz and /healthz/{name}; `?verbose` lists each check. */
export function healthz(checks: readonly HealthCheck[]): Handler {
  return ({ request, response, params }) => {
    const only = params['name'];
    const chosen = only ? checks.filter(([name]) => name === only) : checks;
    if (chosen.length === 0) throw new HttpError(404, '404: Page Not Found');
    const results = chosen.map(([name, check]) => ({ name, problem: check() }));
    const failed = results.some((r) => r.problem !== undefined);
    const lines = results.map(({ name, problem }) => (problem === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`));
    if (failed) throw new HttpError(500, `${lines.join('\n')}\nhealthz check failed\n`);
    response.head(200, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
    response.end(request.url.searchParams.has('verbose') ? `${lines.join('\n')}\nhealthz check passed\n` : 'ok');
    return Promise.resolve();
  };
}
