import type { IngressClass } from '../../../../api/networking/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const ingressClassTable = tableOf<IngressClass>(
  [
    NAME,
    column('Controller', 'string', 'Controller that is responsible for handling this class'),
    column('Parameters', 'string', 'A reference to a resource with additional parameters'),
    AGE,
  ],
  ({ metadata, spec }, age) => {
    const isDefault = metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true';
    const { kind, apiGroup, name } = spec?.parameters ?? {};
    const parameters = spec?.parameters ? `${kind}${apiGroup ? `.${apiGroup}` : ''}/${name}` : '<none>';
    return [isDefault ? `${metadata.name} (default)` : metadata.name, spec?.controller ?? '', parameters, age];
  },
);
