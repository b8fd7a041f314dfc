import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../../../api/certificates/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { formatTime } from '../../../../base/clock.ts';
import type { Strategy } from '../../strategy.ts';

const asRequest = (object: AnyObject) => object as unknown as CertificateSigningRequest;

/** Signing requests carry who asked; approval and signing are separate writes (pkg/registry/certificates/certificates). */
export const certificateSigningRequestStrategy: Strategy = {
  prepareForCreate(object, { user }) {
    const { spec } = asRequest(object);
    for (const field of ['username', 'uid', 'groups', 'extra'] as const) delete spec[field];
    spec.username = user.name;
    if (user.uid) spec.uid = user.uid;
    spec.groups = [...user.groups];
    if (user.extra && Object.keys(user.extra).length > 0)
      spec.extra = Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]]));
  },
  prepareForUpdate(object, old) {
    object['spec'] = old['spec'];
  },
  status: {
    prepareForUpdate(object, old, { nowMs }) {
      keepConditions(asRequest(object), asRequest(old), 'Approved');
      keepConditions(asRequest(object), asRequest(old), 'Denied');
      fillConditionTimes(asRequest(object), asRequest(old), nowMs);
    },
  },
  subresources: {
    approval: {
      prepareForUpdate(object, old, { nowMs }) {
        const request = asRequest(object);
        fillConditionTimes(request, asRequest(old), nowMs);
        const conditions = request.status?.conditions;
        object['spec'] = old['spec'];
        const { conditions: _before, ...status } = asRequest(old).status ?? {};
        request.status = { ...status, ...(conditions && { conditions }) };
      },
    },
  },
  selectableFieldNames: ['spec.signerName'],
  selectableFields: (object) => ({ 'spec.signerName': asRequest(object).spec.signerName ?? '' }),
};

/** Signers send approvals back as they were: their times are not theirs to change. */
function keepConditions(request: CertificateSigningRequest, old: CertificateSigningRequest, type: string): void {
  const conditions = request.status?.conditions ?? [];
  const before = (old.status?.conditions ?? []).filter((c) => c.type === type);
  const places = conditions.flatMap((c, i) => (c.type === type ? [i] : []));
  if (places.length !== before.length) return;
  places.forEach((place, i) => void (conditions[place] = before[i] as CertificateSigningRequestCondition));
}

function fillConditionTimes(request: CertificateSigningRequest, old: CertificateSigningRequest, nowMs: number): void {
  const now = formatTime(nowMs);
  request.status = {
    ...request.status,
    ...(request.status?.conditions && {
      conditions: request.status.conditions.map((condition) => {
        const before = (old.status?.conditions ?? []).find(
          (c) => c.type === condition.type && c.status === condition.status && c.lastTransitionTime,
        );
        return {
          ...condition,
          lastUpdateTime: condition.lastUpdateTime ?? now,
          lastTransitionTime: condition.lastTransitionTime ?? before?.lastTransitionTime ?? now,
        };
      }),
    }),
  };
}
