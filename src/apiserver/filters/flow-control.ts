/** API Priority and Fairness: nobody's requests push out everybody else's (k8s.io/apiserver/pkg/server/filters/priority-and-fairness.go). */
import type { Clock } from '../../base/clock.ts';
import { tooManyRequests } from '../../machinery/status-error.ts';
import type { ApiResponse, Filter, RequestContext, RequestInfo } from '../request.ts';
import type { FlowController } from './flow-control/flow-controller.ts';
import type { Seats } from './flow-control/queue-types.ts';
import { RetryAfter } from './flow-control/retry-after.ts';
import { WatchCounts } from './flow-control/watch-counts.ts';
import { estimateWork, type ObjectStats } from './flow-control/work-estimate.ts';
import { isLongRunning } from './long-running.ts';
import { onEnd } from './response-end.ts';

export interface FlowControlOptions {
  readonly controller: FlowController;
  readonly clock: Clock;
  /** How many objects of the asked resource there are, and of what size; undefined: none here. */
  readonly objects: (info: RequestInfo) => ObjectStats | undefined;
  /** How long a request may wait for a seat. */
  readonly waitMs: number;
}

const REFUSAL = 'Too many requests, please try again later.';

export function flowControlFilter(options: FlowControlOptions): Filter {
  const { controller, objects, waitMs } = options;
  const watches = new WatchCounts();
  const retryAfter = new RetryAfter(options.clock);
  const interestedWatches = (info: RequestInfo) => watches.interestedIn(info);
  return (next) => async (context) => {
    const { info, request, user } = context;
    const isWatch = info.verb === 'watch';
    if (isLongRunning(info) && !isWatch) return next(context);
    const { schema, level, distinguisher } = controller.classify(info, user);
    // Names would tell what administrators think of their users.
    Object.assign((context.responseHeaders ??= {}), {
      'x-kubernetes-pf-flowschema-uid': schema.metadata.uid ?? '',
      'x-kubernetes-pf-prioritylevel-uid': level.config.uid,
    });
    const work = estimateWork(context, { objects, interestedWatches, maxSeats: controller.maxSeats(level) });
    const entering = level.queues.enter({ schema: schema.metadata.name, distinguisher, work, waitMs, signal: request.signal });
    const seats = entering instanceof Promise ? await entering : entering;
    if (!seats) return refuse(context, retryAfter.refused(level.config.name));
    if (!isWatch) return next(context).finally(() => seats.release());
    return startWatch(context, seats, watches.add(context), () => next(context));
  };
}

/** A watch has its seats until it has begun. */
async function startWatch(
  context: RequestContext,
  seats: Seats,
  forget: () => void,
  start: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  try {
    return onEnd(await start(), context.request, forget);
  } catch (error) {
    forget();
    throw error;
  } finally {
    seats.release();
  }
}

function refuse(context: RequestContext, retryAfterSeconds: number): ApiResponse {
  if (context.request.trustedUser) throw tooManyRequests(REFUSAL, retryAfterSeconds);
  const headers = { 'retry-after': String(retryAfterSeconds), 'x-content-type-options': 'nosniff' };
  return { type: 'raw', status: 429, contentType: 'text/plain; charset=utf-8', body: `${REFUSAL}\n`, headers };
}
