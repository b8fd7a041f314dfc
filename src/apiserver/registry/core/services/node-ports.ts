/** Gives a service its node ports and its health check port (pkg/registry/core/service/storage, alloc.go). Changes `service`; throws 422 and 500. */
import type { Service } from '../../../../api/core/v1.gen.ts';
import { fieldPath, invalid, toInvalid } from '../../../../machinery/field.ts';
import { internalError } from '../../../../machinery/status-error.ts';
import { AllocationError } from './ip-allocator.ts';
import type { PortOperation } from './port-operation.ts';
import { mayHaveNodePorts, needsHealthCheck, nodePortsOf, wantsNodePorts } from './traits.ts';

export function createNodePorts(service: Service, operation: PortOperation): void {
  if (mayHaveNodePorts(service)) initNodePorts(service, operation);
  if (needsHealthCheck(service)) takeHealthCheckPort(service, operation);
}

export function updateNodePorts(service: Service, old: Service, operation: PortOperation): void {
  if (mayHaveNodePorts(service)) takeNewPorts(service, new Set(nodePortsOf(old)), operation);
  if (needsHealthCheck(service) && !needsHealthCheck(old)) takeHealthCheckPort(service, operation);
}

/** Ports of one number (TCP and UDP, say) share a node port. */
function initNodePorts(service: Service, operation: PortOperation): void {
  const ports = service.spec.ports ?? [];
  const shared = new Map<number, number>();
  for (const [i, port] of ports.entries()) {
    if (!port.nodePort && !wantsNodePorts(service)) continue;
    const known = shared.get(port.port);
    if (known !== undefined) {
      if (!port.nodePort) port.nodePort = known;
      else if (port.nodePort !== known) takeNamed(service, i, port.nodePort, operation);
      continue;
    }
    const wanted = ports.find((p) => p.port === port.port && p.nodePort)?.nodePort;
    if (wanted) takeNamed(service, i, wanted, operation);
    port.nodePort = wanted ?? takeNext(operation);
    shared.set(port.port, port.nodePort);
  }
}

function takeNewPorts(service: Service, held: ReadonlySet<number>, operation: PortOperation): void {
  const taken = new Set<number>();
  const seen = new Set<string>();
  for (const [i, port] of (service.spec.ports ?? []).entries()) {
    if (!port.nodePort && !wantsNodePorts(service)) continue;
    if (!port.nodePort) port.nodePort = takeNext(operation);
    else if (!held.has(port.nodePort) && !taken.has(port.nodePort)) {
      takeNamed(service, i, port.nodePort, operation);
      taken.add(port.nodePort);
    }
    const pair = `${port.protocol} ${port.nodePort}`;
    if (seen.has(pair)) throw internalError(`duplicate nodePort: {${pair}}`);
    seen.add(pair);
  }
}

function takeNamed(service: Service, index: number, port: number, operation: PortOperation): void {
  try {
    operation.allocate(port);
  } catch (error) {
    if (!(error instanceof AllocationError)) throw error;
    const path = fieldPath('spec', 'ports').index(index).child('nodePort');
    throw toInvalid({ group: '', kind: 'Service' }, service.metadata.name, [invalid(path, port, error.message)]);
  }
}

function takeNext(operation: PortOperation): number {
  try {
    return operation.allocateNext();
  } catch (error) {
    throw asInternal(error, 'failed to allocate a nodePort');
  }
}

function takeHealthCheckPort(service: Service, operation: PortOperation): void {
  const { spec } = service;
  const wanted = spec.healthCheckNodePort ?? 0;
  try {
    if (wanted !== 0) operation.allocate(wanted);
    else spec.healthCheckNodePort = operation.allocateNext();
  } catch (error) {
    throw asInternal(
      error,
      wanted !== 0 ? `failed to allocate requested HealthCheck NodePort ${wanted}` : `failed to allocate a HealthCheck NodePort ${wanted}`,
    );
  }
}

function asInternal(error: unknown, what: string): unknown {
  return error instanceof AllocationError ? internalError(`${what}: ${error.message}`) : error;
}
