import type { ValidatingWebhookConfiguration } from '../../../../api/admissionregistration/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const validatingWebhookConfigurationTable = tableOf<ValidatingWebhookConfiguration>(
  [NAME, column('Webhooks', 'integer', 'Webhooks indicates the number of webhooks registered in this configuration'), AGE],
  ({ metadata, webhooks }, age) => [metadata.name, webhooks?.length ?? 0, age],
);
