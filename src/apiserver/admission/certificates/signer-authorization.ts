import type { Authorizer } from '../../authz/authorizer.ts';
import type { UserInfo } from '../../request.ts';

/** May the user approve, sign or attest for this signer, by its name or by its domain's `domain/*` (pkg/certauthorization)? */
export async function mayUseSigner(
  authorizer: Authorizer,
  user: UserInfo,
  verb: 'approve' | 'sign' | 'attest',
  signer: string,
): Promise<boolean> {
  const ask = async (name: string) => {
    const { decision } = await authorizer.authorize({
      user,
      verb,
      name,
      isResourceRequest: true,
      namespace: '',
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'signers',
      subresource: '',
      path: '',
    });
    return decision === 'allow';
  };
  return (await ask(signer)) || (await ask(`${signer.split('/')[0] ?? ''}/*`));
}
