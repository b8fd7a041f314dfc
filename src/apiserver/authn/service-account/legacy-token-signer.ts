import { signToken } from './jwt.ts';
import type { SigningKey } from './keys.ts';
import { LEGACY_ISSUER } from './legacy-token-authenticator.ts';
import { serviceAccountUser } from './user-name.ts';

export interface LegacyTokenAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const PREFIX = 'kubernetes.io/serviceaccount/';

/** Signs the tokens that live in Secrets of type kubernetes.io/service-account-token (pkg/serviceaccount/legacy.go). */
export function legacyTokenSigner(key: SigningKey): (account: LegacyTokenAccount, secret: { readonly name: string }) => Promise<string> {
  return (account, secret) =>
    signToken(
      {
        iss: LEGACY_ISSUER,
        sub: serviceAccountUser(account.namespace, account.name),
        [`${PREFIX}namespace`]: account.namespace,
        [`${PREFIX}service-account.name`]: account.name,
        [`${PREFIX}service-account.uid`]: account.uid,
        [`${PREFIX}secret.name`]: secret.name,
      },
      key,
    );
}
