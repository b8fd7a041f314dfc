import type { ValidatingAdmissionPolicyBinding } from '../../../../api/admissionregistration/v1.gen.ts';
import { formatParamRef } from '../../shared/param-ref.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const validatingAdmissionPolicyBindingTable = tableOf<ValidatingAdmissionPolicyBinding>(
  [
    NAME,
    column('PolicyName', 'string', 'PolicyName indicates the policy definition which the policy binding binded to'),
    column('ParamRef', 'string', 'ParamRef indicates the param resource which sets the configuration param'),
    AGE,
  ],
  ({ metadata, spec }, age) => [metadata.name, spec?.policyName ?? '', formatParamRef(spec?.paramRef), age],
);
