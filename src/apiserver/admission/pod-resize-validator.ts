import type { Node, Pod } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { StatusError } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { denied, isFor } from './attributes.ts';
import { onOperations } from './operations.ts';
import { asPod } from './pod/pod-of.ts';
import { podRequests } from '../../machinery/pod/pod-resources.ts';

/** A running pod is not resized to what its node can never give (KEP-1287). */
export function podResizeValidator(registry: RegistryReader): AdmissionPlugin {
  return {
    name: 'PodResizeValidator',
    handles: onOperations('UPDATE'),
    async validate(a) {
      if (!isFor(a, '', 'pods', 'resize')) return;
      const pod = asPod(a.object);
      const name = pod.spec?.nodeName ?? '';
      if (name === '' || pod.metadata.generation === a.oldObject?.metadata.generation) return;
      const node = registry.reader('', 'nodes').get('', name) as Node | undefined;
      if (!node) throw denied(a, `node ${JSON.stringify(name)} not found`);
      const os = node.metadata.labels?.['kubernetes.io/os'] ?? 'linux';
      if (os !== 'linux')
        throw refuse(
          a,
          `pod resize is only supported on linux nodes, node ${JSON.stringify(name)} is ${JSON.stringify(os)}`,
          'UnsupportedPlatform',
        );
      const problem = capacityProblem(pod, node);
      if (problem) throw refuse(a, problem, 'NodeCapacity');
    },
  };
}

function capacityProblem(pod: Pod, { status }: Node): string | undefined {
  const requests = podRequests(pod);
  const problems: string[] = [];
  const check = (name: string, show: (q: Quantity) => number) => {
    const allocatable = Quantity.parse(status?.allocatable?.[name] ?? '0');
    const requested = requests.get(name) ?? Quantity.ZERO;
    if (requested.compare(allocatable) > 0) problems.push(`${name}, requested: ${show(requested)}, allocatable: ${show(allocatable)}`);
  };
  check('cpu', (q) => q.milliValue());
  check('memory', (q) => q.value());
  return problems.length > 0 ? `node didn't have enough allocatable resources: ${problems.join('; ')}` : undefined;
}

function refuse(a: AdmissionAttributes, why: string, reason: string): StatusError {
  const { status } = denied(a, why);
  return new StatusError({ ...status, details: { ...status.details, causes: [{ reason }] } });
}
