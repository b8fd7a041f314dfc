/**
 * The order of a request (k8s.io/apiserver/pkg/server, DefaultBuildHandlerChain): the first filter of the list is the outermost.
 */
import type { Filter, Handler } from './request.ts';

export interface ChainFilters {
  /** Turns what a later step throws into a Status answer; sees every answer. */
  readonly recover: Filter;
  readonly authenticate: Filter;
  readonly audit: Filter;
  readonly impersonate: Filter;
  readonly flowControl: Filter;
  readonly authorize: Filter;
  /** Deadline of non-streaming requests. */
  readonly timeout: Filter;
}

export function buildChain(filters: ChainFilters, handler: Handler): Handler {
  const order: Filter[] = [
    filters.recover,
    filters.timeout,
    filters.authenticate,
    filters.audit,
    filters.impersonate,
    filters.flowControl,
    filters.authorize,
  ];
  return order.reduceRight((next, filter) => filter(next), handler);
}
