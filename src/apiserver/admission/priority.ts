import type { Pod } from '../../api/core/v1.gen.ts';
import type { PriorityClass } from '../../api/scheduling/v1.gen.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { denied, isFor } from './attributes.ts';
import { onOperations } from './operations.ts';
import { asPod } from './pod/pod-of.ts';

/** Turns a pod's priority class into its priority; only one class may be the default (https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/). */
export function priority(registry: RegistryReader): AdmissionPlugin {
  const classes = () => registry.reader('scheduling.k8s.io', 'priorityclasses');
  return {
    name: 'Priority',
    handles: onOperations('CREATE', 'UPDATE'),
    async admit(a) {
      if (!isFor(a, '', 'pods')) return;
      if (a.operation === 'UPDATE') keepPriority(asPod(a.object), asPod(a.oldObject));
      else
        setPriority(a, asPod(a.object), (name) =>
          name === '' ? defaultClass(registry) : (classes().get('', name) as PriorityClass | undefined),
        );
    },
    async validate(a) {
      if (!isFor(a, 'scheduling.k8s.io', 'priorityclasses')) return;
      if (!(a.object as unknown as PriorityClass).globalDefault) return;
      const current = defaultClass(registry);
      if (current && (a.operation === 'CREATE' || current.metadata.name !== a.object?.metadata.name)) {
        throw denied(a, `PriorityClass ${current.metadata.name} is already marked as default. Only one default can exist`);
      }
    },
  };
}

/** Clients that know nothing of these fields send them back empty. */
function keepPriority(pod: Pod, old: Pod): void {
  if (!pod.spec || !old.spec) return;
  pod.spec.priority ??= old.spec.priority;
  pod.spec.preemptionPolicy ??= old.spec.preemptionPolicy;
}

function setPriority(a: AdmissionAttributes, pod: Pod, find: (name: string) => PriorityClass | undefined): void {
  const spec = pod.spec;
  if (!spec) return;
  const asked = spec.priorityClassName ?? '';
  const found = find(asked);
  if (!found && asked !== '') throw denied(a, `no PriorityClass with name ${asked} was found`);
  const value = found?.value ?? 0;
  const policy = found ? found.preemptionPolicy : 'PreemptLowerPriority';
  if (found) spec.priorityClassName = found.metadata.name;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw denied(
      a,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  if (policy === undefined) return;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw denied(
      a,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  spec.preemptionPolicy = policy;
}

/** Should a race have left several defaults, the lowest counts. */
function defaultClass(registry: RegistryReader): PriorityClass | undefined {
  const all = registry.reader('scheduling.k8s.io', 'priorityclasses').list() as unknown as PriorityClass[];
  return all.filter((c) => c.globalDefault).sort((x, y) => (x.value ?? 0) - (y.value ?? 0))[0];
}
