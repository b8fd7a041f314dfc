/** Which strategy each built-in resource has, by `group/resource`. A resource without one is stored as sent. */
import { customResourceDefinitionStrategy } from './apiextensions/customresourcedefinitions/strategy.ts';
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

const fixed: Readonly<Record<string, Strategy>> = {
  '/namespaces': namespaceStrategy,
  '/pods': podStrategy,
  'apiextensions.k8s.io/customresourcedefinitions': customResourceDefinitionStrategy,
  'rbac.authorization.k8s.io/clusterroles': rbacStrategy,
  'rbac.authorization.k8s.io/clusterrolebindings': rbacStrategy,
  'rbac.authorization.k8s.io/roles': rbacStrategy,
  'rbac.authorization.k8s.io/rolebindings': rbacStrategy,
};
