/** Conversions between a served version and the form in which its resource is stored. */
import { groupVersionString, type ResourceDefinition } from '../../api/surface.ts';
import type { VersionConversion } from '../served-resource.ts';
import { horizontalPodAutoscalerConversion } from './autoscaling/horizontalpodautoscalers/conversion.ts';
import { eventConversion } from './events/conversion.ts';
import { resourceV1beta1Conversions } from './resource/conversion.ts';

/** Versions whose fields differ from the stored one's, by `group/version/resource`. */
const reshaping: Readonly<Record<string, VersionConversion>> = {
  'autoscaling/v1/horizontalpodautoscalers': horizontalPodAutoscalerConversion,
  'events.k8s.io/v1/events': eventConversion,
  ...resourceV1beta1Conversions,
};

/** Undefined for the stored version itself. */
export function conversionOf(definition: ResourceDefinition): VersionConversion | undefined {
  const { group, version, resource, storedAs } = definition;
  const special = reshaping[`${group}/${version}/${resource}`];
  if (special) return special;
  if (storedAs.group === group && storedAs.version === version) return undefined;
  // Definitions of custom resources are stored as they are served; what they name there only counts in discovery.
  if (resource === 'customresourcedefinitions') return undefined;
  const [served, stored] = [groupVersionString(definition), groupVersionString(storedAs)];
  return { toStored: (object) => ({ ...object, apiVersion: stored }), fromStored: (object) => ({ ...object, apiVersion: served }) };
}
