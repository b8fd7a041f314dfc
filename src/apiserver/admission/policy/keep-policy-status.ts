/** Tells in a policy's status that it was seen (upstream's validatingadmissionpolicy-status-controller). */
import type { ValidatingAdmissionPolicy } from '../../../api/admissionregistration/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import type { Logger } from '../../../base/log.ts';
import { isNotFound } from '../../../machinery/status-error.ts';
import type { RegistryReader } from '../../registry/reader.ts';

const GROUP = 'admissionregistration.k8s.io';
const RESOURCE = 'validatingadmissionpolicies';

/** Runs until the signal aborts. */
export function keepPolicyStatus({
  registry,
  log,
  signal,
}: {
  readonly registry: RegistryReader;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): void {
  const stop = registry.reader(GROUP, RESOURCE).subscribe(({ type, object }) => {
    if (type === 'DELETED' || signal.aborted || isSeen(object)) return;
    registry.update(GROUP, RESOURCE, '', object.metadata.name, seen).catch((error: unknown) => {
      if (!isNotFound(error) && !signal.aborted) log.error('cannot write the status of a policy', error);
    });
  });
  signal.addEventListener('abort', stop, { once: true });
}

function isSeen(object: AnyObject): boolean {
  const { status } = object as unknown as ValidatingAdmissionPolicy;
  return status?.typeChecking !== undefined && status.observedGeneration === object.metadata.generation;
}

function seen(object: AnyObject): AnyObject {
  const status = (object['status'] ?? {}) as Record<string, unknown>;
  return { ...object, status: { ...status, observedGeneration: object.metadata.generation, typeChecking: {} } };
}
