import type { Pod } from '../../api/core/v1.gen.ts';
import type { RuntimeClass } from '../../api/node/v1.gen.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { denied, isFor } from './attributes.ts';
import { onOperations } from './operations.ts';
import { asPod } from './pod/pod-of.ts';
import { parseList } from '../../machinery/pod/resource-list.ts';
import { mergeTolerations } from './pod/tolerations.ts';

/** Overhead, node selector and tolerations of a pod's RuntimeClass (https://kubernetes.io/docs/concepts/containers/runtime-class/). */
export function runtimeClass(registry: RegistryReader): AdmissionPlugin {
  const find = (a: AdmissionAttributes, pod: Pod): RuntimeClass | undefined => {
    const name = pod.spec?.runtimeClassName;
    if (name === undefined) return undefined;
    const found = registry.reader('node.k8s.io', 'runtimeclasses').get('', name);
    if (!found) throw denied(a, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
    return found as unknown as RuntimeClass;
  };
  return {
    name: 'RuntimeClass',
    handles: onOperations('CREATE'),
    async admit(a) {
      if (!isFor(a, '', 'pods')) return;
      const pod = asPod(a.object);
      const found = find(a, pod);
      if (!found || !pod.spec) return;
      setOverhead(a, pod.spec, found);
      setScheduling(a, pod.spec, found);
    },
    async validate(a) {
      if (!isFor(a, '', 'pods')) return;
      const pod = asPod(a.object);
      const found = find(a, pod);
      if (found?.overhead) {
        if (!sameList(found.overhead.podFixed, pod.spec?.overhead))
          throw denied(a, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
      } else if (pod.spec?.overhead !== undefined) {
        throw denied(a, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
      }
    },
  };
}

type Spec = NonNullable<Pod['spec']>;

function setOverhead(a: AdmissionAttributes, spec: Spec, { overhead }: RuntimeClass): void {
  if (!overhead) return;
  if (spec.overhead && Object.keys(spec.overhead).length > 0 && !sameList(overhead.podFixed, spec.overhead)) {
    throw denied(a, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  spec.overhead = overhead.podFixed && { ...overhead.podFixed };
}

function setScheduling(a: AdmissionAttributes, spec: Spec, { scheduling }: RuntimeClass): void {
  if (!scheduling) return;
  const own = spec.nodeSelector;
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    const asked = own && Object.hasOwn(own, key) ? own[key] : undefined;
    if (asked !== undefined && asked !== value) {
      throw denied(a, `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${asked}`);
    }
  }
  if (own || scheduling.nodeSelector) spec.nodeSelector = { ...own, ...scheduling.nodeSelector };
  const tolerations = mergeTolerations(spec.tolerations ?? [], scheduling.tolerations ?? []);
  if (tolerations.length > 0) spec.tolerations = tolerations;
}

function sameList(a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>> | undefined): boolean {
  const [left, right] = [parseList(a), parseList(b)];
  return left.size === right.size && [...left].every(([name, value]) => right.get(name)?.equals(value));
}
