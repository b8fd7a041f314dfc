/** How much of the server a request is going to take (k8s.io/apiserver/pkg/util/flowcontrol/request). */
import type { RequestContext, RequestInfo } from '../../request.ts';

export interface WorkEstimate {
  /** Taken while the request runs. */
  readonly initialSeats: number;
  /** Taken for `lingerMs` after it: the events that a write causes are still being sent. */
  readonly finalSeats: number;
  readonly lingerMs: number;
}

export interface ObjectStats {
  readonly count: number;
  readonly averageBytes: number;
}

export interface EstimateInputs {
  /** undefined: the server has no such objects. */
  readonly objects: (info: RequestInfo) => ObjectStats | undefined;
  readonly interestedWatches: (info: RequestInfo) => number;
  /** As the priority level has it; 0: it has none. */
  readonly maxSeats: number;
}

const ONE_SEAT: WorkEstimate = { initialSeats: 1, finalSeats: 0, lingerMs: 0 };
const MAX_LIST_SEATS = 100;
const MAX_WRITE_SEATS = 10;
const BYTES_PER_SEAT = 100_000;
/** A list is sent as it goes: more than this is not held at once. */
const MAX_LIST_BYTES = 1_000_000;
const WATCHES_PER_SEAT = 10;
const EVENT_MS = 5;

export function estimateWork(context: RequestContext, inputs: EstimateInputs): WorkEstimate {
  switch (context.info.verb) {
    case 'list':
      return listWork(context, inputs);
    case 'watch':
      return sendsObjects(context.request.query) ? listWork(context, inputs) : ONE_SEAT;
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
      return writeWork(context.info, inputs);
    default:
      return ONE_SEAT;
  }
}

/** A watch that begins with all there is costs as much as a list. */
function sendsObjects(query: URLSearchParams): boolean {
  const version = query.get('resourceVersion') ?? '';
  return query.get('sendInitialEvents') === 'true' || version === '' || version === '0';
}

function listWork({ info, request }: RequestContext, inputs: EstimateInputs): WorkEstimate {
  const stats = inputs.objects(info);
  if (!stats) return ONE_SEAT;
  const limit = Number(request.query.get('limit') ?? 0);
  const count = info.name !== '' ? 1 : limit > 0 ? Math.min(limit, stats.count) : stats.count;
  const seats = Math.ceil(Math.min(count * stats.averageBytes, MAX_LIST_BYTES) / BYTES_PER_SEAT);
  return { ...ONE_SEAT, initialSeats: Math.max(1, Math.min(seats, most(inputs.maxSeats, MAX_LIST_SEATS))) };
}

function writeWork(info: RequestInfo, inputs: EstimateInputs): WorkEstimate {
  // A token causes no event.
  if (info.resource === 'serviceaccounts' && info.subresource === 'token') return ONE_SEAT;
  const watches = inputs.interestedWatches(info);
  if (watches < WATCHES_PER_SEAT) return ONE_SEAT;
  const wanted = Math.ceil(watches / WATCHES_PER_SEAT);
  const finalSeats = Math.min(wanted, most(inputs.maxSeats, MAX_WRITE_SEATS));
  // Fewer seats, for longer: the same work.
  return { initialSeats: 1, finalSeats, lingerMs: (wanted * EVENT_MS) / finalSeats };
}

function most(ofLevel: number, limit: number): number {
  return ofLevel === 0 ? limit : Math.min(ofLevel, limit);
}
