import type { Container, PodSpec } from '../../../../api/core/v1.gen.ts';
import type { FieldPath } from '../../../../machinery/field.ts';

/** Calls back with every container of a pod: those of its start, its own, those added for debugging. */
export function visitContainers(spec: PodSpec, path: FieldPath, visit: (container: Container, path: FieldPath) => void): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    (spec[list] as Container[] | undefined | null)?.forEach((container, i) => visit(container, path.child(list).index(i)));
  }
}
