import type { Pod } from '../../api/core/v1.gen.ts';
import { parseToLabelSelector } from '../../machinery/selectors/label-selector.ts';
import { forbidden, notFound, type StatusError } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { isFor } from './attributes.ts';
import { onOperations } from './operations.ts';
import { asPod } from './pod/pod-of.ts';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';
const CLUSTER_DEFAULT = 'clusterDefaultNodeSelector';

type Labels = Readonly<Record<string, string>>;

/** Pods of a namespace go to the nodes that the namespace's annotation selects. `selectors`: the plugin's configuration, `a=b,c=d` by namespace. Off by default. */
export function podNodeSelector(registry: RegistryReader, selectors: Readonly<Record<string, string>> = {}): AdmissionPlugin {
  const ofNamespace = (a: AdmissionAttributes): Labels => {
    const namespace = registry.reader('', 'namespaces').get('', a.namespace);
    if (!namespace) throw notFound({ group: '', resource: 'namespaces' }, a.namespace);
    return parseLabels(namespace.metadata.annotations?.[ANNOTATION] ?? selectors[CLUSTER_DEFAULT] ?? '');
  };
  const check = (a: AdmissionAttributes, pod: Pod, wanted: Labels) => {
    const own = pod.spec?.nodeSelector ?? {};
    if (Object.entries(wanted).some(([k, v]) => Object.hasOwn(own, k) && own[k] !== v))
      throw refuse(pod, 'pod node label selector conflicts with its namespace node label selector');
    const allowed = parseLabels(Object.hasOwn(selectors, a.namespace) ? (selectors[a.namespace] ?? '') : '');
    const outside = Object.keys(allowed).length > 0 && Object.entries(own).some(([k, v]) => allowed[k] !== v);
    if (outside) throw refuse(pod, 'pod node label selector labels conflict with its namespace whitelist');
  };
  return {
    name: 'PodNodeSelector',
    handles: onOperations('CREATE'),
    async admit(a) {
      const pod = isFor(a, '', 'pods') ? asPod(a.object) : undefined;
      if (!pod?.spec) return;
      const wanted = ofNamespace(a);
      if (Object.keys(wanted).length > 0) pod.spec.nodeSelector = { ...wanted, ...pod.spec.nodeSelector };
      check(a, pod, wanted);
    },
    async validate(a) {
      if (isFor(a, '', 'pods')) check(a, asPod(a.object), ofNamespace(a));
    },
  };
}

function parseLabels(text: string): Labels {
  return text.trim() === '' ? {} : (parseToLabelSelector(text).matchLabels ?? {});
}

function refuse(pod: Pod, why: string): StatusError {
  return forbidden({ group: '', resource: 'pods' }, pod.metadata.name ?? '', why);
}
