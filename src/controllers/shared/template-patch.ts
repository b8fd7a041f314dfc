import type { PodTemplateSpec } from '../../api/core/v1.gen.ts';
import { stableJson } from './hash.ts';

/** The data of a controller revision: a strategic merge patch that puts the template back, with sorted keys as Go prints maps. */
export function templatePatch(template: PodTemplateSpec): unknown {
  return JSON.parse(stableJson({ spec: { template: { ...template, $patch: 'replace' } } }));
}
