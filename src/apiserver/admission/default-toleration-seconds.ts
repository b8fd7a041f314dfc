import type { Toleration } from '../../api/core/v1.gen.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isFor } from './attributes.ts';
import { onOperations } from './operations.ts';
import { asPod } from './pod/pod-of.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';

export interface DefaultTolerationOptions {
  /** `--default-not-ready-toleration-seconds`; 300. */
  readonly notReadySeconds?: number;
  /** `--default-unreachable-toleration-seconds`; 300. */
  readonly unreachableSeconds?: number;
}

/** A pod stays five minutes on a node that is not ready or cannot be reached, unless it says otherwise. */
export function defaultTolerationSeconds(options: DefaultTolerationOptions = {}): AdmissionPlugin {
  return {
    name: 'DefaultTolerationSeconds',
    handles: onOperations('CREATE', 'UPDATE'),
    async admit(a) {
      const spec = isFor(a, '', 'pods') ? asPod(a.object).spec : undefined;
      if (!spec) return;
      const has = (key: string) => spec.tolerations?.some((t) => (!t.key || t.key === key) && (!t.effect || t.effect === 'NoExecute'));
      const make = (key: string, tolerationSeconds: number): Toleration => ({
        key,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds,
      });
      const missing: Toleration[] = [];
      if (!has(NOT_READY)) missing.push(make(NOT_READY, options.notReadySeconds ?? 300));
      if (!has(UNREACHABLE)) missing.push(make(UNREACHABLE, options.unreachableSeconds ?? 300));
      if (missing.length > 0) spec.tolerations = [...(spec.tolerations ?? []), ...missing];
    },
  };
}
