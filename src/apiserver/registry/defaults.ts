/** What the server fills in where clients say nothing, for every built-in type. */
import type { AnyObject } from '../../api/object.ts';
import { admissionDefaults } from './admissionregistration/defaults.ts';
import { appsDefaults } from './apps/defaults.ts';
import { autoscalingDefaults } from './autoscaling/defaults.ts';
import { batchDefaults } from './batch/defaults.ts';
import { coreDefaults, roundUpQuantities } from './core/defaults.ts';
import { flowControlDefaults } from './flowcontrol/defaults.ts';
import { networkingDefaults } from './networking/defaults.ts';
import { rbacDefaults } from './rbac/defaults.ts';
import { resourceDefaults } from './resource/defaults.ts';
import { defaulter, rule, type DefaultRules } from './shared/defaulting.ts';
import { storageDefaults } from './storage/defaults.ts';

const smallGroups: DefaultRules = {
  'scheduling/v1.PriorityClass': rule<{ preemptionPolicy?: string | undefined }>(
    (c) => void (c.preemptionPolicy ??= 'PreemptLowerPriority'),
  ),
  'authentication/v1.TokenRequestSpec': rule<{ expirationSeconds?: number | undefined }>((spec) => void (spec.expirationSeconds ??= 3600)),
  'apiextensions/v1.ServiceReference': rule<{ port?: number | undefined }>((service) => void (service.port ??= 443)),
  'apiregistration/v1.ServiceReference': rule<{ port?: number | undefined }>((service) => void (service.port ??= 443)),
};

const run = defaulter({
  rules: {
    ...coreDefaults, ...appsDefaults, ...batchDefaults, ...autoscalingDefaults, ...networkingDefaults, ...storageDefaults, ...rbacDefaults,
    ...flowControlDefaults, ...admissionDefaults, ...resourceDefaults, ...smallGroups,
  },
  quantityMaps: { folders: ['core/'], rule: roundUpQuantities },
}); // prettier-ignore

/** Fills in the defaults of an object of the schema type `typeId` (`core/v1.Pod`), in place. */
export function applyDefaults(typeId: string, object: AnyObject): void {
  run(typeId, object);
}
