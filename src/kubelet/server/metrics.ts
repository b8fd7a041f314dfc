import { METRICS_CONTENT_TYPE } from '../../base/metrics.ts';
import type { Handler } from './types.ts';

/** Serves text in the Prometheus format, made anew for each request. */
export function metricsText(render: () => string | Promise<string>): Handler {
  return async ({ response }) => {
    const text = await render();
    response.head(200, { 'content-type': METRICS_CONTENT_TYPE });
    response.end(text);
  };
}
