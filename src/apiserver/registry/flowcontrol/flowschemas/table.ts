import type { FlowSchema } from '../../../../api/flowcontrol/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import type { TableConverter } from '../../strategy.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

const unsorted = tableOf<FlowSchema>(
  [
    NAME,
    column('PriorityLevel', 'string', '`name` is the name of the priority level configuration being referenced Required.'),
    column(
      'MatchingPrecedence',
      'string',
      '`matchingPrecedence` is used to choose among the FlowSchemas that match a given request. The chosen FlowSchema is among those with the numerically lowest (which we take to be logically highest) MatchingPrecedence.  Each MatchingPrecedence value must be ranged in [1,10000]. Note that if the precedence is not specified, it will be set to 1000 as default.',
    ),
    column(
      'DistinguisherMethod',
      'string',
      '`distinguisherMethod` defines how to compute the flow distinguisher for requests that match this schema. `nil` specifies that the distinguisher is disabled and thus will always be the empty string.',
    ),
    AGE,
    column('MissingPL', 'string', 'references a broken or non-existent PriorityLevelConfiguration'),
  ],
  ({ metadata, spec, status }, age) => [
    metadata.name,
    spec?.priorityLevelConfiguration.name ?? '',
    spec?.matchingPrecedence ?? 0,
    spec?.distinguisherMethod?.type ?? '<none>',
    age,
    status?.conditions?.find((c) => c.type === 'Dangling')?.status ?? '?',
  ],
);

const precedence = (object: AnyObject) => (object as unknown as FlowSchema).spec?.matchingPrecedence ?? 0;

/** Lists show the schemas in the order in which they are matched. */
export const flowSchemaTable: TableConverter = {
  ...unsorted,
  compare: (a, b) => precedence(a) - precedence(b) || (a.metadata.name < b.metadata.name ? -1 : 1),
};
