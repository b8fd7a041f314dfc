import { signToken } from '../apiserver/authn/service-account/jwt.ts';
import type { SigningKey } from '../apiserver/authn/service-account/keys.ts';
import { LEGACY_ISSUER } from '../apiserver/authn/service-account/legacy-token-authenticator.ts';
import { serviceAccountUser } from '../apiserver/authn/service-account/user-name.ts';
import type { ControllerOptions } from '../controllers/index.ts';

const PREFIX = 'kubernetes.io/serviceaccount/';

/** Signs the tokens that live in Secrets of type kubernetes.io/service-account-token (pkg/serviceaccount/legacy.go). */
export function legacyTokenSigner(key: SigningKey): NonNullable<ControllerOptions['signLegacyServiceAccountToken']> {
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
