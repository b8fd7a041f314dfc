/** Which strategy each built-in resource has, by `group/resource`. A resource without one is stored as sent. */
import { customResourceDefinitionStrategy } from './apiextensions/customresourcedefinitions/strategy.ts';
import type { AnyObject } from '../../api/object.ts';
import { nameIsPathSegment } from './validate-meta.ts';
import type { Strategy } from './strategy.ts';
import { podStrategy } from './core/pods/strategy.ts';
import type { ServiceAllocatorOptions } from './core/services/allocator.ts';
import { createServiceStrategy } from './core/services/strategy.ts';
import { namespaceStrategy } from './core/namespaces/strategy.ts';

const rbacStrategy: Strategy = { validateName: nameIsPathSegment, allowCreateOnUpdate: true };

export type StrategyOptions = ServiceAllocatorOptions;

export function builtinStrategies(options: StrategyOptions): Readonly<Record<string, Strategy>> {
  return { ...fixed, '/services': createServiceStrategy(options) };
}

/** A strategy that only names fields for selectors, as JSON paths without the leading dot. */
function selectable(fields: Readonly<Record<string, (object: AnyObject) => unknown>>): Strategy {
  return {
    selectableFieldNames: Object.keys(fields),
    selectableFields: (object) => Object.fromEntries(Object.entries(fields).map(([name, read]) => [name, String(read(object) ?? '')])),
  };
}

/** Reads `a.b.c` of an object; undefined where a step is missing. */
function at(path: string): (object: AnyObject) => unknown {
  const steps = path.split('.');
  return (object) => steps.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined), object);
}

const plain = (...paths: string[]) => selectable(Object.fromEntries(paths.map((p) => [p, at(p)])));
const eventFields = selectable({
  ...Object.fromEntries(['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((f) => [`involvedObject.${f}`, at(`involvedObject.${f}`)])),
  reason: at('reason'),
  reportingComponent: at('reportingComponent'),
  source: (event) => at('source.component')(event) ?? at('reportingComponent')(event),
  type: at('type'),
});

const fixed: Readonly<Record<string, Strategy>> = {
  '/events': { ...eventFields, allowCreateOnUpdate: true },
  '/namespaces': namespaceStrategy,
  '/nodes': selectable({ 'spec.unschedulable': (node) => at('spec.unschedulable')(node) ?? false }),
  '/replicationcontrollers': selectable({ 'status.replicas': (rc) => at('status.replicas')(rc) ?? 0 }),
  '/secrets': plain('type'),
  'apps/replicasets': selectable({ 'status.replicas': (rs) => at('status.replicas')(rs) ?? 0 }),
  'batch/jobs': selectable({ 'status.successful': (job) => at('status.succeeded')(job) ?? 0 }),
  'certificates.k8s.io/certificatesigningrequests': plain('spec.signerName'),
  '/pods': podStrategy,
  'apiextensions.k8s.io/customresourcedefinitions': customResourceDefinitionStrategy,
  'rbac.authorization.k8s.io/clusterroles': rbacStrategy,
  'rbac.authorization.k8s.io/clusterrolebindings': rbacStrategy,
  'rbac.authorization.k8s.io/roles': rbacStrategy,
  'rbac.authorization.k8s.io/rolebindings': rbacStrategy,
};
