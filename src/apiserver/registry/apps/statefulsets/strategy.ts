import type { StatefulSet } from '../../../../api/apps/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath } from '../../../../machinery/field.ts';
import { claimSpecWarnings } from '../../shared/claim-warnings.ts';
import { templateWarnings } from '../../shared/pods/warnings.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';
import { nameIsLabel } from '../../validate-meta.ts';
import { validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate } from './validation.ts';

const asSet = (object: AnyObject) => object as unknown as StatefulSet;
const specPath = fieldPath('spec');

export const statefulSetStrategy: Strategy = {
  validateName: nameIsLabel,
  validate: (object) => validateStatefulSet(asSet(object)),
  validateUpdate: (object, old) => validateStatefulSetUpdate(asSet(object), asSet(old)),
  warnings(object, old) {
    const { spec } = asSet(object);
    const claimsPath = specPath.child('volumeClaimTemplates');
    const negative = 'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended';
    return [
      ...(old && semanticEqual(spec, old['spec']) ? [] : templateWarnings(spec.template, specPath.child('template'))),
      ...(spec.volumeClaimTemplates ?? []).flatMap((claim, i) =>
        claimSpecWarnings(claim.spec, old ? claimsPath.index(i).child('Spec') : claimsPath.index(i)),
      ),
      ...((spec.revisionHistoryLimit ?? 0) < 0 ? [negative] : []),
    ];
  },
  status: { validateUpdate: (object, old) => validateStatefulSetStatus(asSet(object), asSet(old)) },
};
