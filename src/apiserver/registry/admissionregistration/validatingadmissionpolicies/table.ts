import type { ValidatingAdmissionPolicy } from '../../../../api/admissionregistration/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const validatingAdmissionPolicyTable = tableOf<ValidatingAdmissionPolicy>(
  [
    NAME,
    column('Validations', 'integer', 'Validations indicates the number of validation rules defined in this configuration'),
    column('ParamKind', 'string', 'ParamKind specifies the kind of resources used to parameterize this policy'),
    AGE,
  ],
  ({ metadata, spec }, age) => [
    metadata.name,
    spec?.validations?.length ?? 0,
    spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>',
    age,
  ],
);
