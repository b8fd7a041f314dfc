import type { Container, Pod } from '../../api/core/v1.gen.ts';
import type { EventRecorder } from '../../client/component.ts';

/** Events about pods and their containers. */
export class ContainerEvents {
  readonly #recorder: EventRecorder;

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  pod(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#recorder.event(pod, type, reason, message);
  }

  /** The event names the container in `involvedObject.fieldPath`. */
  container(pod: Pod, container: Container, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#recorder.event(pod, type, reason, message, { fieldPath: fieldPath(pod, container.name) });
  }
}

function fieldPath(pod: Pod, name: string): string | undefined {
  const { spec } = pod;
  if (spec.containers.some((c) => c.name === name)) return `spec.containers{${name}}`;
  if (spec.initContainers?.some((c) => c.name === name)) return `spec.initContainers{${name}}`;
  if (spec.ephemeralContainers?.some((c) => c.name === name)) return `spec.ephemeralContainers{${name}}`;
  return undefined;
}
