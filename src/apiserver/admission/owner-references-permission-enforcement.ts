import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../api/object.ts';
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import type { AuthorizationAttributes, Authorizer } from '../authz/authorizer.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { denied, isFor } from './attributes.ts';
import { onOperations } from './operations.ts';

export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

export interface OwnerReferencesOptions {
  readonly authorizer: Authorizer;
  /** The resources that serve a kind. */
  readonly findKind: (apiVersion: string, kind: string) => readonly ServedKind[];
}

/** Owners are set by who may delete the object, and block an owner's deletion only by who may finalise the owner. Off by default. */
export function ownerReferencesPermissionEnforcement(options: OwnerReferencesOptions): AdmissionPlugin {
  return {
    name: 'OwnerReferencesPermissionEnforcement',
    handles: onOperations('CREATE', 'UPDATE'),
    async validate(a) {
      const { group, resource } = a.resource;
      if (!a.object || isFor(a, '', 'pods', 'status')) return;
      const [owners, old] = [ownersOf(a.object), ownersOf(a.oldObject)];
      if (isDeepStrictEqual(owners, old)) return;
      if (a.operation !== 'CREATE') {
        const { decision, reason } = await options.authorizer.authorize(
          request(a, {
            verb: 'delete',
            group,
            version: a.resource.version,
            resource,
            subresource: a.subresource,
            name: a.name,
            namespace: a.namespace,
          }),
        );
        if (decision !== 'allow') throw denied(a, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`);
      }
      const blocking = owners.filter((o) => o.blockOwnerDeletion && !old.some((was) => was.uid === o.uid && was.blockOwnerDeletion));
      if (blocking.length > 0) await checkBlocking(a, blocking, options);
    },
  };
}

async function checkBlocking(
  a: AdmissionAttributes,
  owners: readonly OwnerReference[],
  { authorizer, findKind }: OwnerReferencesOptions,
): Promise<void> {
  const anything = { verb: 'update', group: '*', version: '*', resource: '*', subresource: 'finalizers', name: '*', namespace: '' };
  if ((await authorizer.authorize(request(a, anything))).decision === 'allow') return;
  for (const owner of owners) {
    const kinds = findKind(owner.apiVersion, owner.kind);
    if (kinds.length === 0) {
      const why = `no matches for kind ${JSON.stringify(owner.kind)} in version ${JSON.stringify(owner.apiVersion)}`;
      throw denied(
        a,
        `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}: ${why}`,
      );
    }
    for (const { group, version, resource, namespaced } of kinds) {
      const finalizers = {
        verb: 'update',
        group,
        version,
        resource,
        subresource: 'finalizers',
        name: owner.name,
        namespace: namespaced ? a.namespace : '',
      };
      const { decision, reason } = await authorizer.authorize(request(a, finalizers));
      if (decision !== 'allow')
        throw denied(
          a,
          `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${reason}, <nil>`,
        );
    }
  }
}

function request(
  a: AdmissionAttributes,
  what: Omit<AuthorizationAttributes, 'user' | 'isResourceRequest' | 'path'>,
): AuthorizationAttributes {
  return { ...what, user: a.user, isResourceRequest: true, path: '' };
}

function ownersOf(object: AnyObject | undefined): readonly OwnerReference[] {
  return object?.metadata?.ownerReferences ?? [];
}
