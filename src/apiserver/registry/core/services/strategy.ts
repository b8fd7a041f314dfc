import type { Service } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, forbidden, type FieldError } from '../../../../machinery/field.ts';
import { isNotFound } from '../../../../machinery/status-error.ts';
import { checkBalancerAddresses } from '../../shared/load-balancer-status.ts';
import type { Strategy } from '../../strategy.ts';
import { nameIsLabel } from '../../validate-meta.ts';
import { ServiceAllocator, type ServiceAllocatorOptions } from './allocator.ts';
import { dropTypeDependentFields, normalizeClusterIps, patchAllocatedValues } from './linked-fields.ts';
import { validateService, validateServiceUpdate } from './validation.ts';
import { serviceStatusWarnings, serviceWarnings } from './warnings.ts';

const asService = (object: AnyObject) => object as unknown as Service;

/** Services: addresses and ports from the cluster's pools, fields that follow the type (pkg/registry/core/service). */
export function createServiceStrategy(options: ServiceAllocatorOptions): Strategy {
  const allocator = new ServiceAllocator(options);
  return {
    validateName: nameIsLabel,
    allowCreateOnUpdate: true,
    async begin(object, old, { registry, dryRun }) {
      const service = asService(object);
      if (old) patchAllocatedValues(service, asService(old));
      normalizeClusterIps(service, old && asService(old));
      return allocator.begin(service, old && asService(old), registry, dryRun);
    },
    prepareForCreate(object) {
      object['status'] = { loadBalancer: {} };
      dropInternalTrafficPolicy(asService(object));
    },
    prepareForUpdate(object, old) {
      dropTypeDependentFields(asService(object), asService(old));
      dropInternalTrafficPolicy(asService(object));
    },
    validate: (object) => validateService(asService(object)),
    validateUpdate: (object, old) => validateServiceUpdate(asService(object), asService(old)),
    warnings: (object) => serviceWarnings(asService(object)),
    status: {
      validateUpdate: (object, old) => validateStatus(asService(object), asService(old)),
      warnings: (object) => serviceStatusWarnings(asService(object)),
    },
    async afterDelete(object, { registry }) {
      await allocator.release(asService(object), registry);
      try {
        // A service made anew must not find the endpoints of its predecessor.
        await registry.delete('', 'endpoints', object.metadata.namespace, object.metadata.name);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
    selectableFieldNames: ['spec.clusterIP', 'spec.type'],
    selectableFields: (object) => ({
      'spec.clusterIP': asService(object).spec.clusterIP ?? '',
      'spec.type': asService(object).spec.type ?? '',
    }),
  };
}

/** It says nothing about a service that is only a name. */
function dropInternalTrafficPolicy({ spec }: Service): void {
  if (spec.type === 'ExternalName') delete spec.internalTrafficPolicy;
}

function validateStatus({ spec, status }: Service, old: Service): FieldError[] {
  const addresses = status?.loadBalancer?.ingress ?? [];
  const path = fieldPath('status', 'loadBalancer', 'ingress');
  if (spec.type !== 'LoadBalancer' && addresses.length > 0) return [forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  const errors: FieldError[] = [];
  checkBalancerAddresses(addresses, old.status?.loadBalancer?.ingress ?? [], path, errors, true);
  return errors;
}
