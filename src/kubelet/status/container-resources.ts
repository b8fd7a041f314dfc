import type { Container, Pod, ResourceRequirements } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { MIN_MILLI_CPU_LIMIT, MIN_SHARES } from '../cgroups/cpu.ts';
import type { ActuatedResources } from '../runtime/pod-actions.ts';
import type { RuntimeContainerResources, RuntimeContainerStatus } from '../runtime/types.ts';

/**
 * `status.resources` of a container: what it really has while it runs, what it was given otherwise (KEP-1287). What the runtime does not
 * report is taken from what was last written to it.
 */
export function containerStatusResources(
  pod: Pod,
  container: Container,
  known: RuntimeContainerStatus,
  actuated: ActuatedResources,
): ResourceRequirements | undefined {
  const allocated = container.resources;
  if (!allocated) return undefined;
  if (known.state !== 'running') return structuredClone(allocated);
  const actual = actualResources(known.resources, actuated.container(pod.metadata.uid, container.name));
  const out = structuredClone(allocated);
  if (out.limits) {
    setCpu(out.limits, actual.cpuLimitMilli, MIN_MILLI_CPU_LIMIT);
    setMemory(out.limits, actual.memoryLimit);
  }
  if (out.requests) {
    setCpu(out.requests, actual.cpuRequestMilli, MIN_SHARES);
    setMemory(out.requests, actual.memoryRequest);
  }
  return out;
}

function actualResources(
  runtime: RuntimeContainerResources | undefined,
  written: ReturnType<ActuatedResources['container']>,
): RuntimeContainerResources {
  const recorded = written && {
    cpuRequestMilli: written.cpuRequest || undefined,
    cpuLimitMilli: written.cpuLimit || undefined,
    memoryRequest: written.memoryRequest || undefined,
    memoryLimit: written.memoryLimit || undefined,
  };
  return runtime ? { ...runtime, memoryRequest: runtime.memoryRequest ?? recorded?.memoryRequest } : (recorded ?? {});
}

/** Below the kernel's smallest value its report says nothing. */
function setCpu(list: Record<string, string>, milli: number | undefined, smallest: number): void {
  if (milli === undefined) return;
  const allocated = Quantity.parse(list['cpu'] ?? '0').milliValue();
  if (milli === allocated || (milli <= smallest && allocated <= smallest)) return;
  list['cpu'] = Quantity.ofMilli(milli).toString();
}

function setMemory(list: Record<string, string>, bytes: number | undefined): void {
  if (bytes === undefined || Quantity.parse(list['memory'] ?? '0').value() === bytes) return;
  list['memory'] = Quantity.of(bytes, 'BinarySI').toString();
}
