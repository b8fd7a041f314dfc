/** Rules of what containers and pods ask for. */
import type { ResourceClaim, ResourceRequirements } from '../../../../api/core/v1.gen.ts';
import { duplicate, FieldError, forbidden, invalid, required, type FieldPath } from '../../../../machinery/field.ts';
import { Quantity } from '../../../../machinery/quantity.ts';
import { checkLabel } from '../field-checks.ts';
import { checkResourceQuantity, isHugePages, isOvercommitAllowed, isWholePages } from '../quantities.ts';
import { checkContainerResourceName, type ResourceNameCheck } from '../resource-names.ts';

/** `claimNames`: names of the pod's resource claims. */
export function checkResources(
  requirements: ResourceRequirements | undefined,
  claimNames: ReadonlySet<string>,
  path: FieldPath,
  errors: FieldError[],
  checkName: ResourceNameCheck = checkContainerResourceName,
): void {
  if (!requirements) return;
  const limits = Object.entries(requirements.limits ?? {});
  const requests = Object.entries(requirements.requests ?? {});
  for (const [name, value] of limits) checkAmount(name, value, path.child('limits').key(name), errors, checkName);
  for (const [name, value] of requests) {
    const here = path.child('requests').key(name);
    checkName(name, here, errors);
    checkResourceQuantity(name, value, here, errors);
    checkAgainstLimit(name, value, requirements.limits?.[name], path, errors);
    checkPages(name, value, here, errors);
  }
  const names = [...limits, ...requests].map(([name]) => name);
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    errors.push(forbidden(path, 'HugePages require cpu or memory'));
  if (requirements.claims) checkClaims(requirements.claims, claimNames, path.child('claims'), errors);
}

function checkAmount(name: string, value: string, path: FieldPath, errors: FieldError[], checkName: ResourceNameCheck): void {
  checkName(name, path, errors);
  checkResourceQuantity(name, value, path, errors);
  checkPages(name, value, path, errors);
}

function checkPages(name: string, value: string, path: FieldPath, errors: FieldError[]): void {
  if (isHugePages(name) && !isWholePages(name, value))
    errors.push(invalid(path, value, `${value} is not positive integer multiple of ${name}`));
}

function checkAgainstLimit(name: string, value: string, limit: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (limit === undefined) {
    if (!isOvercommitAllowed(name)) errors.push(required(path.child('limits'), 'Limit must be set for non overcommitable resources'));
    return;
  }
  if (value === limit) return;
  const order = Quantity.parse(value).compare(Quantity.parse(limit));
  if (order !== 0 && !isOvercommitAllowed(name))
    errors.push(invalid(path.child('requests'), value, `must be equal to ${name} limit of ${limit}`));
  else if (order > 0) errors.push(invalid(path.child('requests'), value, `must be less than or equal to ${name} limit of ${limit}`));
}

function checkClaims(claims: readonly ResourceClaim[], podClaims: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  claims.forEach(({ name, request = '' }, i) => {
    const here = path.index(i);
    if (!name) return void errors.push(required(here));
    if (seen.has(name)) errors.push(duplicate(here, name));
    else {
      const key = request === '' ? name : `${name}/${request}`;
      if (request !== '') checkLabel(request, here.child('request'), errors);
      if (seen.has(key)) errors.push(duplicate(here, key));
      else if (request === '') for (const other of seen) if (other.startsWith(`${name}/`)) errors.push(duplicate(here, name));
      seen.add(key);
    }
    if (!podClaims.has(name)) errors.push(new FieldError('FieldValueNotFound', here, name, claimNames(podClaims)));
  });
}

function claimNames(podClaims: ReadonlySet<string>): string {
  const known = podClaims.size === 0 ? ' which is empty' : `: ${[...podClaims].sort().join(', ')}`;
  return `must be one of the names in pod.spec.resourceClaims${known}`;
}
