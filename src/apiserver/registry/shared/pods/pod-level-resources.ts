/** Rules of resources that a pod's containers share (KEP-2837). */
import type { Pod, PodSpec } from '../../../../api/core/v1.gen.ts';
import { forbidden, invalid, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { podLimits, podRequests } from '../../../../machinery/pod/pod-resources.ts';
import { Quantity } from '../../../../machinery/quantity.ts';
import { isHugePages } from '../quantities.ts';
import { checkPodResourceName } from '../resource-names.ts';
import { checkResources } from './resources.ts';

export function checkPodLevelResources(spec: PodSpec, claimNames: ReadonlySet<string>, specPath: FieldPath, errors: FieldError[]): void {
  const { resources } = spec;
  if (!resources) return;
  const path = specPath.child('resources');
  if (spec.os?.name === 'windows') return void errors.push(forbidden(path, 'may not be set for a windows pod'));
  if (resources.claims) errors.push(forbidden(path.child('claims'), 'claims may not be set for Resources at pod-level'));
  checkResources(resources, claimNames, path, errors, checkPodResourceName);
  checkConsistency(spec, path, errors);
}

function checkConsistency(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const { requests = {}, limits = {} } = spec.resources ?? {};
  // What the containers ask for, without what the pod says and without overhead.
  const containers = { spec: { ...spec, resources: undefined } } as unknown as Pod;
  for (const [name, sum] of podRequests(containers, { overhead: false })) {
    const own = requests[name];
    if (own !== undefined && sum.compare(Quantity.parse(own)) > 0) {
      errors.push(
        invalid(path.child('requests').key(name), own, `must be greater than or equal to aggregate container requests of ${sum}`),
      );
    }
  }
  for (const [name, sum] of podLimits(containers, { overhead: false })) {
    const own = limits[name];
    if (own !== undefined && isHugePages(name) && sum.compare(Quantity.parse(own)) > 0) {
      errors.push(invalid(path.child('limits').key(name), own, `must be greater than or equal to aggregate container limits of ${sum}`));
    }
  }
  spec.containers?.forEach((container, i) => {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const own = limits[name];
      if (own === undefined || Quantity.parse(limit).compare(Quantity.parse(own)) <= 0) continue;
      const here = path.child('containers').index(i).key(name).child('limits');
      errors.push(invalid(here, limit, `must be less than or equal to pod limits of ${own}`));
    }
  });
}
