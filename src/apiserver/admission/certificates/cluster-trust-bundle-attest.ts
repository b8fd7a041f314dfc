import type { Authorizer } from '../../authz/authorizer.ts';
import { changesOnlyGcFields } from '../../authz/rbac/gc-fields.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { denied } from '../attributes.ts';
import { onOperations } from '../operations.ts';
import { mayUseSigner } from './signer-authorization.ts';

/** A trust bundle of a signer is written by who may attest for that signer. */
export function clusterTrustBundleAttest(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'ClusterTrustBundleAttest',
    handles: onOperations('CREATE', 'UPDATE'),
    async validate(a) {
      if (a.resource.group !== 'certificates.k8s.io' || a.resource.resource !== 'clustertrustbundles' || !a.object) return;
      const signer = (a.object['spec'] as { signerName?: string } | undefined)?.signerName ?? '';
      if (signer === '' || (a.oldObject && changesOnlyGcFields(a.object, a.oldObject))) return;
      if (!(await mayUseSigner(authorizer, a.user, 'attest', signer)))
        throw denied(a, `user not permitted to attest for signerName ${JSON.stringify(signer)}`);
    },
  };
}
