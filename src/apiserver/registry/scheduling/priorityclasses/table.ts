import type { PriorityClass } from '../../../../api/scheduling/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const priorityClassTable = tableOf<PriorityClass>(
  [
    NAME,
    column(
      'Value',
      'integer',
      'value represents the integer value of this priority class. This is the actual priority that pods receive when they have the name of this class in their pod spec.',
    ),
    column(
      'Global-Default',
      'boolean',
      'globalDefault specifies whether this PriorityClass should be considered as the default priority for pods that do not have any priority class. Only one PriorityClass can be marked as `globalDefault`. However, if more than one PriorityClasses exists with their `globalDefault` field set to true, the smallest value of such global default PriorityClasses will be used as the default priority.',
    ),
    AGE,
    column(
      'PreemptionPolicy',
      'string',
      'preemptionPolicy is the Policy for preempting pods with lower priority. One of Never, PreemptLowerPriority. Defaults to PreemptLowerPriority if unset.',
    ),
  ],
  ({ metadata, value, globalDefault, preemptionPolicy }, age) => [
    metadata.name,
    value,
    globalDefault ?? false,
    age,
    preemptionPolicy ?? '',
  ],
);
