import type { StatsProvider } from '../stats/stats-provider.ts';
import type { Handler } from './types.ts';

/** GET /stats/summary[?only_cpu_and_memory=true] */
export function statsSummary(stats: StatsProvider): Handler {
  return async ({ request, response }) => {
    const only = request.url.searchParams.get('only_cpu_and_memory') === 'true';
    const body = JSON.stringify(await stats.summary(only), undefined, 1);
    response.head(200, { 'content-type': 'application/json' });
    response.end(body);
  };
}
