import type { ServiceCIDR } from '../../../../api/networking/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { parseCidr } from '../../../../base/ip.ts';
import { fieldPath, invalid, required, type FieldError } from '../../../../machinery/field.ts';
import { IMMUTABLE } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkCidr } from '../../shared/ip-fields.ts';
import type { Strategy } from '../../strategy.ts';

const cidrsOf = (object: AnyObject) => (object as unknown as ServiceCIDR).spec?.cidrs ?? [];
const path = fieldPath('spec', 'cidrs');

/** A range for services' addresses: one of a family, or one of each; the second may come later (KEP-1880). */
export const serviceCidrStrategy: Strategy = {
  validate: (object) => validate(cidrsOf(object)),
  validateUpdate(object, old) {
    const [now, was] = [cidrsOf(object), cidrsOf(old)];
    if (now.length === was.length) return now.flatMap((cidr, i) => (cidr === was[i] ? [] : [invalid(path.index(i), cidr, IMMUTABLE)]));
    if (was.length !== 1 || now.length !== 2) return [invalid(path, now.length > 0 ? now : null, IMMUTABLE)];
    return [...(now[0] === was[0] ? [] : [invalid(path.index(0), now[0], IMMUTABLE)]), ...validate(now)];
  },
};

function validate(cidrs: readonly string[]): FieldError[] {
  if (cidrs.length === 0) return [required(path, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalid(path, goShown('networking/v1.ServiceCIDRSpec', { cidrs }), 'may only hold up to 2 values')];
  const errors: FieldError[] = [];
  cidrs.forEach((cidr, i) => checkCidr(path.index(i), cidr, errors));
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.network.family);
  if (first !== undefined && first === second) {
    errors.push(invalid(path, cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'));
  }
  return errors;
}
