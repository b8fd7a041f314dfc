/** Warnings about ports that containers of a pod declare more than once. */
import type { ContainerPort, PodSpec } from '../../../../api/core/v1.gen.ts';
import type { FieldPath } from '../../../../machinery/field.ts';
import { goQuote } from '../../../../wire/json/go-text.ts';
import { visitContainers } from './visit-containers.ts';

interface Place {
  readonly path: FieldPath;
  readonly port: ContainerPort;
}

export function portWarnings(spec: PodSpec, path: FieldPath): string[] {
  const places: Place[] = [];
  visitContainers(spec, path, ({ ports }, here) => ports?.forEach((port, i) => places.push({ path: here.child('ports').index(i), port })));
  return [...overlapWarnings(places), ...nameWarnings(places)];
}

function overlapWarnings(places: readonly Place[]): string[] {
  const out: string[] = [];
  const seen = new Map<string, Place[]>();
  for (const { path, port } of places) {
    const { name = '', hostPort = 0, containerPort, protocol = '', hostIP = '' } = port;
    if (hostIP !== '' && hostPort === 0) {
      out.push(
        `${path}: hostIP set without hostPort: {Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`,
      );
    }
    const key = `${containerPort}/${protocol}`;
    const others = seen.get(key) ?? [];
    for (const other of others) {
      const relation = relationOf(port, other.port);
      if (relation !== undefined) out.push(`${path}: ${relation} port definition with ${other.path}`);
    }
    seen.set(key, [...others, { path, port }]);
  }
  return out;
}

function relationOf(a: ContainerPort, b: ContainerPort): string | undefined {
  const [ipA, ipB, portA, portB] = [a.hostIP ?? '', b.hostIP ?? '', a.hostPort ?? 0, b.hostPort ?? 0];
  if (ipA === ipB && portA === portB) return 'duplicate';
  if (portA === 0 || portB === 0) return 'overlapping';
  return portA === portB && (ipA === '') !== (ipB === '') ? 'dangerously ambiguous' : undefined;
}

function nameWarnings(places: readonly Place[]): string[] {
  const seen = new Map<string, FieldPath>();
  return places.flatMap(({ path, port: { name } }) => {
    if (!name) return [];
    const other = seen.get(name);
    if (other)
      return `${path}: duplicate port name ${goQuote(name)} with ${other}, services and probes that select ports by name will use ${other}`;
    seen.set(name, path);
    return [];
  });
}
