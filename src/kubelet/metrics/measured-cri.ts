import type { Clock } from '../../base/clock.ts';
import type { Cri } from '../cri/cri.ts';
import type { KubeletMetrics } from './kubelet-metrics.ts';

type AnyCall = (...args: readonly unknown[]) => unknown;

/** The same runtime, with each call counted and timed. */
export function measuredCri(cri: Cri, clock: Clock, { operations, operationErrors, operationDuration }: KubeletMetrics): Cri {
  const out = Object.entries(cri).map(([name, call]) => {
    if (name === 'getContainerEvents' || name === 'close') return [name, call] as const;
    const labels = { operation_type: operationType(name) };
    const measured = async (...args: readonly unknown[]) => {
      const started = clock.monotonic();
      operations.add(1, labels);
      try {
        return await (call as AnyCall)(...args);
      } catch (error) {
        operationErrors.add(1, labels);
        throw error;
      } finally {
        operationDuration.observe((clock.monotonic() - started) / 1000, labels);
      }
    };
    return [name, measured] as const;
  });
  return Object.fromEntries(out) as unknown as Cri;
}

/** Upstream's names: `run_podsandbox`, `create_container`. */
function operationType(call: string): string {
  return call.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace('pod_sandbox', 'podsandbox');
}
