/** Values of the downward API's resource references (pkg/api/v1/resource). */
import type { Container, Pod, ResourceFieldSelector } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';

/** Node resources that stand in for limits a container does not have. */
export type Allocatable = Readonly<Record<string, string>>;

const DEFAULTED = ['cpu', 'memory', 'ephemeral-storage'];

/** The amount in units of the divisor, rounded up. `own` is the container the reference stands in; undefined in a volume. Throws with upstream's message. */
export function resourceFieldValue(
  selector: ResourceFieldSelector,
  pod: Pod,
  own: Container | undefined,
  allocatable: Allocatable,
): string {
  const container = selector.containerName ? findContainer(pod, selector.containerName) : own;
  if (!container) throw new Error(`container ${selector.containerName ?? ''} not found`);
  const [kind = '', ...rest] = selector.resource.split('.');
  const resource = rest.join('.');
  if ((kind !== 'limits' && kind !== 'requests') || !(DEFAULTED.includes(resource) || resource.startsWith('hugepages-'))) {
    throw new Error(`unsupported container resource : ${selector.resource}`);
  }
  const amount = kind === 'requests' ? container.resources?.requests?.[resource] : limitOf(pod, container, resource, allocatable);
  const value = Quantity.parse(amount ?? '0');
  const written = Quantity.parse(selector.divisor ?? '0');
  const divisor = written.isZero() ? Quantity.of(1) : written;
  const quotient = resource === 'cpu' ? value.milliValue() / divisor.milliValue() : value.value() / divisor.value();
  return String(Math.ceil(quotient));
}

function limitOf(pod: Pod, container: Container, resource: string, allocatable: Allocatable): string | undefined {
  const own = container.resources?.limits?.[resource];
  if (!DEFAULTED.includes(resource) || (own !== undefined && !Quantity.parse(own).isZero())) return own;
  const podLevel = pod.spec.resources?.limits?.[resource];
  if (podLevel !== undefined && allocatable[resource] !== undefined && !Quantity.parse(podLevel).isZero()) return podLevel;
  return allocatable[resource] ?? own;
}

function findContainer(pod: Pod, name: string): Container | undefined {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((c) => c.name === name);
}
