import type { Pod } from '../../api/core/v1.gen.ts';
import type { ProbeOutcome } from '../probes/run-probe.ts';
import { exposition, type Sample } from './exposition.ts';

const TYPES = { liveness: 'Liveness', readiness: 'Readiness', startup: 'Startup' } as const;

interface ProbeCount {
  readonly type: string;
  readonly pod: Pod;
  readonly container: string;
  readonly result: string;
  count: number;
}

const RESULTS = { success: 'successful', warning: 'successful', failure: 'failed', unknown: 'unknown' } as const;

/** GET /metrics/probes: how often each probe succeeded and failed. */
export class ProbeMetrics {
  readonly #counts = new Map<string, ProbeCount>();

  add(kind: keyof typeof TYPES, pod: Pod, container: string, outcome: ProbeOutcome): void {
    const type = TYPES[kind];
    const result = RESULTS[outcome.result];
    const key = [pod.metadata.uid, container, type, result].join('/');
    const known = this.#counts.get(key);
    if (known) known.count++;
    else this.#counts.set(key, { type, pod, container, result, count: 1 });
  }

  retain(uids: ReadonlySet<string>): void {
    for (const [key, { pod }] of this.#counts) if (!uids.has(pod.metadata.uid)) this.#counts.delete(key);
  }

  render(): string {
    const samples: Sample[] = [...this.#counts.values()].map(({ type, pod, container, result, count }) => ({
      labels: {
        probe_type: type,
        container,
        pod: pod.metadata.name,
        namespace: pod.metadata.namespace,
        pod_uid: pod.metadata.uid,
        result,
      },
      value: count,
    }));
    const help = '[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.';
    return exposition([{ name: 'prober_probe_total', type: 'counter', help, samples }]);
  }
}
