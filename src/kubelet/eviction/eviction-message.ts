import type { Pod } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { amountText, SIGNALS, type MetThreshold } from './thresholds.ts';

/** Why a pod is evicted. `used` is what each of its containers uses of the resource, where that is known. Pure. */
export function evictionMessage(pod: Pod, { signal, quantity, available }: MetThreshold, used: ReadonlyMap<string, number>): string {
  const { resource } = SIGNALS[signal];
  const text = (value: number) => amountText(resource, value);
  let message = `The node was low on resource: ${resource}. Threshold quantity: ${text(quantity)}, available: ${text(available)}. `;
  for (const { name, resources } of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const amount = used.get(name);
    const request = Quantity.parse(resources?.requests?.[resource] ?? '0');
    if (amount === undefined || amount <= request.value()) continue;
    message += `Container ${name} was using ${text(amount)}, request is ${request.toString()}, has larger consumption of ${resource}. `;
  }
  return message;
}
