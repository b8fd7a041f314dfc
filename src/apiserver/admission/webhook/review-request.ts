/** The AdmissionReview that is sent (k8s.io/apiserver/pkg/admission/plugin/webhook/request). v1 and v1beta1 look the same on the way out. */
import type { AnyObject } from '../../../api/object.ts';
import type { AdmissionAttributes } from '../admission.ts';
import type { Invocation } from './match-hook.ts';

export type ReviewVersion = 'v1' | 'v1beta1';

export interface VersionedObjects {
  readonly object: AnyObject | undefined;
  readonly oldObject: AnyObject | undefined;
}

/** The first version of the webhook's list that can be spoken here. */
export function reviewVersion(accepted: readonly string[]): ReviewVersion | undefined {
  return accepted.find((version): version is ReviewVersion => version === 'v1' || version === 'v1beta1');
}

export function reviewRequest(
  version: ReviewVersion,
  uid: string,
  { resource, kind }: Invocation,
  objects: VersionedObjects,
  a: AdmissionAttributes,
): unknown {
  const sub = a.subresource === '' ? undefined : a.subresource;
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid,
      kind: { group: kind.group, version: kind.version, kind: kind.kind },
      resource: { group: resource.group, version: resource.version, resource: resource.resource },
      subResource: sub,
      requestKind: { group: a.kind.group, version: a.kind.version, kind: a.kind.kind },
      requestResource: { group: a.resource.group, version: a.resource.version, resource: a.resource.resource },
      requestSubResource: sub,
      name: a.name || undefined,
      namespace: a.namespace || undefined,
      operation: a.operation,
      userInfo: userInfo(a.user),
      object: objects.object ?? null,
      oldObject: objects.oldObject ?? null,
      dryRun: a.dryRun,
      options: Object.keys(a.options).length === 0 ? null : a.options,
    },
  };
}

function userInfo({ name, uid, groups, extra }: AdmissionAttributes['user']): unknown {
  return {
    username: name || undefined,
    uid: uid || undefined,
    groups: groups.length === 0 ? undefined : groups,
    extra: extra && Object.keys(extra).length > 0 ? extra : undefined,
  };
}
