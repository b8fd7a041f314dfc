/** Rules of probes and of what runs when a container starts and stops. */
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe, ProbeHandler } from '../../../../api/core/v1.gen.ts';
import { forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isHTTPHeaderName } from '../../../../machinery/names.ts';
import { checkNonNegative, checkPortNum, checkPortNumOrName, checkRequired } from '../field-checks.ts';

export type ProbeKind = 'livenessProbe' | 'readinessProbe' | 'startupProbe';
export const PROBES: readonly ProbeKind[] = ['livenessProbe', 'readinessProbe', 'startupProbe'];

export function checkProbe(kind: ProbeKind, probe: Probe, path: FieldPath, errors: FieldError[]): void {
  checkHandler(probe, undefined, path, errors);
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    checkNonNegative(probe[field], path.child(field), errors);
  }
  const { terminationGracePeriodSeconds: grace, successThreshold = 0 } = probe;
  const gracePath = path.child('terminationGracePeriodSeconds');
  if (grace !== undefined && grace <= 0) errors.push(invalid(gracePath, grace, 'must be greater than 0'));
  if (kind === 'readinessProbe') {
    if (grace !== undefined) errors.push(invalid(gracePath, grace, 'must not be set for readinessProbes'));
  } else if (successThreshold !== 1) errors.push(invalid(path.child('successThreshold'), successThreshold, 'must be 1'));
}

/** `gracePeriod` of the pod, in seconds. */
export function checkLifecycle(lifecycle: Lifecycle, gracePeriod: number | undefined, path: FieldPath, errors: FieldError[]): void {
  if (lifecycle.postStart) checkHandler(lifecycle.postStart, gracePeriod, path.child('postStart'), errors);
  if (lifecycle.preStop) checkHandler(lifecycle.preStop, gracePeriod, path.child('preStop'), errors);
}

type Handler = ProbeHandler & LifecycleHandler;

function checkHandler(handler: Handler, gracePeriod: number | undefined, path: FieldPath, errors: FieldError[]): void {
  let count = 0;
  for (const kind of ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const) {
    if (!handler[kind]) continue;
    if (count++ === 0) checkAction(kind, handler, gracePeriod, path.child(kind), errors);
    else errors.push(forbidden(path.child(kind), 'may not specify more than 1 handler type'));
  }
  if (count === 0) errors.push(required(path, 'must specify a handler type'));
}

function checkAction(kind: keyof Handler, handler: Handler, gracePeriod: number | undefined, path: FieldPath, errors: FieldError[]): void {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (kind === 'exec' && exec && (exec.command?.length ?? 0) === 0) errors.push(required(path.child('command')));
  if (kind === 'httpGet' && httpGet) checkHttpGet(httpGet, path, errors);
  if (kind === 'tcpSocket' && tcpSocket) checkPortNumOrName(tcpSocket.port, path.child('port'), errors);
  if (kind === 'grpc' && grpc) checkPortNum(grpc.port, path.child('port'), errors);
  if (kind === 'sleep' && sleep && gracePeriod !== undefined && (sleep.seconds < 0 || sleep.seconds > gracePeriod)) {
    errors.push(invalid(path, sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`));
  }
}

const SCHEMES = ['HTTP', 'HTTPS'];

function checkHttpGet(action: HTTPGetAction, path: FieldPath, errors: FieldError[]): void {
  checkRequired(action.path, path.child('path'), errors);
  checkPortNumOrName(action.port, path.child('port'), errors);
  if (!SCHEMES.includes(action.scheme ?? '')) errors.push(notSupported(path.child('scheme'), action.scheme ?? '', SCHEMES));
  for (const { name } of action.httpHeaders ?? []) {
    for (const message of isHTTPHeaderName(name)) errors.push(invalid(path.child('httpHeaders'), name, message));
  }
}
