import type { Node } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath } from '../../../../machinery/field.ts';
import { cidrWarnings } from '../../shared/ip-fields.ts';
import type { Strategy } from '../../strategy.ts';
import { validateNode, validateNodeUpdate } from './validation.ts';

const asNode = (object: AnyObject) => object as unknown as Node;

export const nodeStrategy: Strategy = {
  prepareForCreate(object) {
    const { spec, status } = asNode(object);
    delete spec?.configSource;
    delete status?.config;
  },
  prepareForUpdate(object, old) {
    if (!asNode(old).spec?.configSource) delete asNode(object).spec?.configSource;
  },
  validate: (object) => validateNode(asNode(object)),
  validateUpdate: (object, old) => [...validateNode(asNode(object)), ...validateNodeUpdate(asNode(object), asNode(old))],
  status: {
    prepareForUpdate(object, old) {
      if (!asNode(old).status?.config) delete asNode(object).status?.config;
    },
    validateUpdate: (object, old) => validateNodeUpdate(asNode(object), asNode(old)),
  },
  warnings(object) {
    const { spec } = asNode(object);
    return [
      ...(spec?.configSource ? ['spec.configSource: the feature is removed'] : []),
      ...(spec?.externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
      ...(spec?.podCIDRs ?? []).flatMap((cidr, i) => cidrWarnings(fieldPath('spec', 'podCIDRs').index(i), cidr)),
    ];
  },
  selectableFieldNames: ['spec.unschedulable'],
  selectableFields: (object) => ({ 'spec.unschedulable': String(asNode(object).spec?.unschedulable ?? false) }),
};
