import type { Random } from '../../base/clock.ts';
import { headerValue } from '../header-values.ts';
import type { Filter } from '../request.ts';

const PRINTABLE = /^[\x20-\x7e]+$/;

/** Gives every request an ID, or takes the client's: answers carry it, and audit records. */
export function auditIdFilter(random: Random): Filter {
  return (next) => async (context) => {
    const sent = headerValue(context.request.headers, 'audit-id');
    const auditId = PRINTABLE.test(sent) ? sent : random.uuid();
    context.auditId = auditId;
    const answer = await next(context);
    return { ...answer, headers: { 'audit-id': auditId, ...answer.headers } };
  };
}
