import type { MutatingAdmissionPolicy } from '../../../../api/admissionregistration/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const mutatingAdmissionPolicyTable = tableOf<MutatingAdmissionPolicy>(
  [
    NAME,
    column('Mutations', 'integer', 'Mutation indicates the number of mutations rules defined in this configuration'),
    column('ParamKind', 'string', 'ParamKind specifies the kind of resources used to parameterize this policy'),
    AGE,
  ],
  ({ metadata, spec }, age) => [
    metadata.name,
    spec?.mutations?.length ?? 0,
    spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>',
    age,
  ],
);
