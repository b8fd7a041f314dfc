import type { PersistentVolumeClaimSpec } from '../../../api/core/v1.gen.ts';
import type { FieldPath } from '../../../machinery/field.ts';
import { Quantity } from '../../../machinery/quantity.ts';
import { goQuote } from '../../../wire/json/go-text.ts';

/** Sizes are whole bytes (pkg/api/persistentvolumeclaim). */
export function claimSpecWarnings(spec: PersistentVolumeClaimSpec | undefined, path: FieldPath): string[] {
  return (['requests', 'limits'] as const).flatMap((kind) => {
    const value = spec?.resources?.[kind]?.['storage'];
    if (value === undefined || Quantity.parse(value).isExactAt(0)) return [];
    return `${path.child('resources', kind).key('storage')}: fractional byte value ${goQuote(value)} is invalid, must be an integer`;
  });
}
