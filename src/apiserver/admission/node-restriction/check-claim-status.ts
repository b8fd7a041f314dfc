import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../../api/object.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { denied } from '../attributes.ts';

const ALLOWED = ['capacity', 'conditions', 'allocatedResources', 'allocatedResourceStatuses'];

/** A kubelet that has grown a file system says so in the claim's status, and changes nothing else. */
export function checkClaimStatus(a: AdmissionAttributes, node: string): void {
  if (a.operation !== 'UPDATE') throw denied(a, `unexpected operation ${JSON.stringify(a.operation)}`);
  if (!isDeepStrictEqual(rest(a.object), rest(a.oldObject))) {
    throw denied(a, `node ${JSON.stringify(node)} is not allowed to update fields other than status.quantity and status.conditions`);
  }
}

function rest(claim: AnyObject | undefined): unknown {
  const { resourceVersion: _v, managedFields: _m, ...metadata } = (claim?.metadata ?? {}) as unknown as Record<string, unknown>;
  const status = Object.fromEntries(Object.entries((claim?.['status'] ?? {}) as object).filter(([key]) => !ALLOWED.includes(key)));
  return { ...claim, metadata, status };
}
