/** /healthz, /livez, /readyz: one named check a line, `?verbose` for the list, `?exclude=` to leave some out. */
import type { ApiResponse, RequestContext } from './request.ts';
import { isTrue } from './request-info.ts';

export interface HealthCheck {
  readonly name: string;
  /** Undefined: fine. Otherwise what is wrong (not shown to clients). */
  check(): string | undefined;
}

export function healthResponse(context: RequestContext, endpoint: string, checks: readonly HealthCheck[]): ApiResponse {
  const { query } = context.request;
  const excluded = new Set(query.getAll('exclude'));
  const [, , single] = context.info.path.split('/');
  const chosen = single ? checks.filter((c) => c.name === single) : checks;
  if (single && chosen.length === 0) return text(404, '404 page not found\n');
  let lines = '';
  let failed = false;
  for (const { name, check } of chosen) {
    if (excluded.has(name)) {
      lines += `[+]${name} excluded: ok\n`;
      continue;
    }
    const problem = check();
    lines += problem === undefined ? `[+]${name} ok\n` : `[-]${name} failed: reason withheld\n`;
    failed ||= problem !== undefined;
  }
  if (failed) return text(500, `${lines}${endpoint} check failed\n`);
  return text(200, isTrue(query.get('verbose')) && query.has('verbose') ? `${lines}${endpoint} check passed\n` : 'ok');
}

function text(status: number, body: string): ApiResponse {
  return { type: 'raw', status, contentType: 'text/plain; charset=utf-8', body, headers: { 'x-content-type-options': 'nosniff' } };
}
