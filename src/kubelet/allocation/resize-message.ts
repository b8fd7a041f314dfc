import type { Container, Pod } from '../../api/core/v1.gen.ts';

/** Text of an event about a resize: `prefix` and, as JSON, what the pod asks for. */
export function resizeMessage(prefix: string, pod: Pod, generation: number | undefined, error = ''): string {
  const summary = ({ name, resources }: Container) => ({
    name,
    resources: {
      ...(resources?.limits && { limits: sorted(resources.limits) }),
      ...(resources?.requests && { requests: sorted(resources.requests) }),
    },
  });
  const { initContainers, containers } = pod.spec;
  return `${prefix}: ${JSON.stringify({
    ...(initContainers?.length && { initContainers: initContainers.map(summary) }),
    ...(containers.length > 0 && { containers: containers.map(summary) }),
    generation: generation ?? 0,
    ...(error && { error }),
  })}`;
}

function sorted(list: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1)));
}
