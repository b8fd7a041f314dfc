/** `/scale` of the built-in workloads: an autoscaling/v1 Scale over spec.replicas. */
import type { Scale } from '../../api/autoscaling/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import type { LabelSelector } from '../../api/meta/v1.gen.ts';
import { fieldPath, invalid, toInvalid } from '../../machinery/field.ts';
import { labelSelectorAsSelector } from '../../machinery/selectors/label-selector.ts';
import { kindCodec } from '../registry/codec.ts';
import type { View } from './view.ts';

interface Workload extends AnyObject {
  spec: { replicas?: number; selector?: LabelSelector | Record<string, string> };
  status?: { replicas?: number };
}

export const SCALE_KIND = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const;

export const scaleCodec = kindCodec('autoscaling/v1.Scale');

export const scaleView: View = {
  kind: SCALE_KIND,
  codec: scaleCodec,
  show: (parent) => makeScale(parent, (parent as Workload).spec.replicas ?? 0, (parent as Workload).status?.replicas ?? 0, selectorText(parent as Workload)),
  write(parent, view, served) {
    const replicas = (view as unknown as Scale).spec.replicas ?? 0;
    if (replicas < 0) throw toInvalid(SCALE_KIND, parent.metadata.name, [invalid(fieldPath('spec', 'replicas'), replicas, 'must be greater than or equal to 0')]);
    void served;
    (parent as Workload).spec.replicas = replicas;
    return parent;
  },
};

export function makeScale(parent: AnyObject, specReplicas: number, statusReplicas: number, selector: string | undefined): AnyObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = parent.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp } as AnyObject['metadata'],
    spec: specReplicas === 0 ? {} : { replicas: specReplicas },
    status: { replicas: statusReplicas, ...(selector && { selector }) },
  };
}

function selectorText(parent: Workload): string {
  const { selector } = parent.spec;
  if (!selector) return '';
  const isPlainMap = parent.kind === 'ReplicationController';
  return labelSelectorAsSelector((isPlainMap ? { matchLabels: selector } : selector) as LabelSelector).toString();
}
