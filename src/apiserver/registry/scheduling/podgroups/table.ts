import type { PodGroup } from '../../../../api/scheduling/v1alpha2.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const podGroupTable = tableOf<PodGroup>(
  [
    NAME,
    column(
      'Policy',
      'string',
      'SchedulingPolicy defines the scheduling policy for this instance of the PodGroup. Controllers are expected to fill this field by copying it from a PodGroupTemplate. This field is immutable.',
    ),
    column('Workload', 'string', 'Name of the referenced Workload object'),
    column('Status', 'string', 'Status of the PodGroup'),
    AGE,
  ],
  ({ metadata, spec, status }, age) => {
    const find = (type: string) => (status?.conditions ?? []).findLast((c) => c.type === type);
    const scheduled = find('PodGroupScheduled');
    const state =
      find('DisruptionTarget')?.reason ?? (!scheduled ? 'Pending' : scheduled.status === 'True' ? 'Scheduled' : 'Unschedulable');
    return [
      metadata.name,
      spec.schedulingPolicy?.gang ? 'Gang' : 'Basic',
      spec.podGroupTemplateRef?.workload?.workloadName ?? '<none>',
      state,
      age,
    ];
  },
);
