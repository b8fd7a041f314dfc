import { isDeepStrictEqual } from 'node:util';
import type { Node } from '../../../api/core/v1.gen.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { denied } from '../attributes.ts';

/** Labels of the kubernetes.io and k8s.io domains that a kubelet may set on its own node. */
const KUBELET_LABELS = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);
const KUBELET_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const RESTRICTED_DOMAIN = 'node-restriction.kubernetes.io';

/** A kubelet writes its own node only, and nothing that would draw other workloads to it. */
export function checkNode(a: AdmissionAttributes, node: string): void {
  const quoted = JSON.stringify(node);
  const name = a.operation === 'CREATE' && a.name === '' ? (a.object?.metadata.name ?? '') : a.name;
  if (name !== node) throw denied(a, `node ${quoted} is not allowed to modify node ${JSON.stringify(name)}`);
  const wanted = a.object as unknown as Node;
  if (a.operation === 'CREATE') {
    if (wanted.spec?.configSource) throw denied(a, `node ${quoted} is not allowed to create pods with a non-nil configSource`);
    const labels = forbiddenLabels(wanted.metadata.labels, undefined);
    if (labels.length > 0) throw denied(a, `node ${quoted} is not allowed to set the following labels: ${labels.join(', ')}`);
  }
  if (a.operation === 'UPDATE') checkUpdate(a, quoted, wanted, a.oldObject as unknown as Node);
}

function checkUpdate(a: AdmissionAttributes, quoted: string, wanted: Node, old: Node): void {
  const same = (x: unknown, y: unknown) => isDeepStrictEqual(x, y);
  if (wanted.spec?.configSource && !same(wanted.spec.configSource, old.spec?.configSource)) {
    throw denied(a, `node ${quoted} is not allowed to update configSource to a new non-nil configSource`);
  }
  if (!same(wanted.spec?.taints ?? [], old.spec?.taints ?? [])) throw denied(a, `node ${quoted} is not allowed to modify taints`);
  if (!same(wanted.metadata.ownerReferences ?? [], old.metadata.ownerReferences ?? []))
    throw denied(a, `node ${quoted} is not allowed to modify ownerReferences`);
  const labels = forbiddenLabels(wanted.metadata.labels, old.metadata.labels);
  if (labels.length > 0) throw denied(a, `is not allowed to modify labels: ${labels.join(', ')}`);
}

type Labels = Readonly<Record<string, string>> | undefined;

/** Labels that differ and are none of the kubelet's, sorted. */
function forbiddenLabels(labels: Labels, old: Labels): string[] {
  const [now, before] = [new Map(Object.entries(labels ?? {})), new Map(Object.entries(old ?? {}))];
  const changed = [...new Set([...now.keys(), ...before.keys()])].filter((key) => now.get(key) !== before.get(key));
  return changed.filter(isForbidden).sort();
}

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/');
  const domain = slash < 0 ? '' : label.slice(0, slash);
  const within = (parent: string) => domain === parent || domain.endsWith(`.${parent}`);
  if (within(RESTRICTED_DOMAIN)) return true;
  if (!within('kubernetes.io') && !within('k8s.io')) return false;
  return !KUBELET_LABELS.has(label) && !KUBELET_DOMAINS.some(within);
}
