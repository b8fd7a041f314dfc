/** Which strategy each built-in resource has, by `group/resource`. A resource without one is stored as sent. */
import type { Strategy } from './strategy.ts';
import { podStrategy } from './core/pods/strategy.ts';
import { namespaceStrategy } from './core/namespaces/strategy.ts';

export const strategies: Readonly<Record<string, Strategy>> = {
  '/namespaces': namespaceStrategy,
  '/pods': podStrategy,
};
