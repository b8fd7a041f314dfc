import type { Toleration } from '../../api/core/v1.gen.ts';
import { notFound } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { denied, isFor } from './attributes.ts';
import { onOperations } from './operations.ts';
import { asPod } from './pod/pod-of.ts';
import { qosClass } from '../../machinery/pod/qos-class.ts';
import { allCovered, mergeTolerations } from './pod/tolerations.ts';

const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const WHITELIST = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';

export interface PodTolerationOptions {
  readonly registry: RegistryReader;
  /** For namespaces that say nothing. */
  readonly default?: readonly Toleration[];
  readonly whitelist?: readonly Toleration[];
}

/** Default and allowed tolerations of a namespace's pods. Off by default. */
export function podTolerationRestriction(options: PodTolerationOptions): AdmissionPlugin {
  return {
    name: 'PodTolerationRestriction',
    handles: onOperations('CREATE', 'UPDATE'),
    async admit(a) {
      const pod = isFor(a, '', 'pods') ? asPod(a.object) : undefined;
      if (!pod?.spec) return;
      const extra = a.operation === 'CREATE' ? [...(ofNamespace(options.registry, a, DEFAULTS) ?? options.default ?? [])] : [];
      if (qosClass(pod) !== 'BestEffort')
        extra.push({ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' });
      if (extra.length > 0) pod.spec.tolerations = mergeTolerations(pod.spec.tolerations ?? [], extra);
    },
    async validate(a) {
      const tolerations = isFor(a, '', 'pods') ? (asPod(a.object).spec?.tolerations ?? []) : [];
      if (tolerations.length === 0) return;
      const own = ofNamespace(options.registry, a, WHITELIST);
      if (!allCovered(tolerations, own ?? options.whitelist ?? [])) {
        throw denied(
          a,
          `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${own ? 'namespace' : 'cluster'} whitelist`,
        );
      }
    },
  };
}

/** undefined: the namespace does not say; an empty text says none. */
function ofNamespace(registry: RegistryReader, a: AdmissionAttributes, annotation: string): Toleration[] | undefined {
  const namespace = registry.reader('', 'namespaces').get('', a.namespace);
  if (!namespace) throw notFound({ group: '', resource: 'namespaces' }, a.namespace);
  const text = namespace.metadata.annotations?.[annotation];
  if (text === undefined || text === '') return text === undefined ? undefined : [];
  try {
    return JSON.parse(text) as Toleration[];
  } catch {
    // Somebody wrote an annotation that cannot be understood: nothing is let through on a guess.
    throw denied(a, `cannot parse annotation ${annotation} of namespace ${a.namespace}`);
  }
}
