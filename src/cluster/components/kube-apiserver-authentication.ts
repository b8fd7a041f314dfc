/** The flags of the API server about who says who somebody is. */
import { parseAuthenticationConfiguration } from '../../apiserver/authn/jwt/configuration-file.ts';
import { oidcIssuer, type JwtIssuer } from '../../apiserver/authn/jwt/oidc-flags.ts';
import { SIGNING_ALGORITHMS } from '../../apiserver/authn/jwt/verify-signature.ts';
import type { TokenWebhook } from '../../apiserver/authn/remote-authenticators.ts';
import type { ApiServerOptions } from '../../apiserver/server.ts';
import { kubeconfigServer } from '../../apiserver/webhook/kubeconfig-server.ts';
import { UsageError, type FlagSpecs, type FlagValues } from '../cli/flags.ts';
import { readFlagFile } from './run-component.ts';

export const AUTHENTICATION_FLAGS = {
  'anonymous-auth': { type: 'bool', help: 'let requests without credentials in as system:anonymous', default: 'true' },
  'authentication-config': { type: 'string', help: 'file of token issuers (AuthenticationConfiguration)' },
  'oidc-issuer-url': { type: 'string', help: 'OpenID Connect provider whose tokens are taken' },
  'oidc-client-id': { type: 'string', help: 'audience that its tokens must have' },
  'oidc-ca-file': { type: 'string', help: "authority of the provider's certificate" },
  'oidc-username-claim': { type: 'string', help: 'claim with the user name', default: 'sub' },
  'oidc-username-prefix': { type: 'string', help: 'put in front of user names; - for nothing' },
  'oidc-groups-claim': { type: 'string', help: 'claim with the groups' },
  'oidc-groups-prefix': { type: 'string', help: 'put in front of groups' },
  'oidc-required-claim': { type: 'map', help: 'claims that tokens must have: name=value' },
  'oidc-signing-algs': { type: 'list', help: 'signatures that are taken', default: 'RS256' },
  'authentication-token-webhook-config-file': { type: 'string', help: 'kubeconfig of a server that is asked about tokens' },
  'authentication-token-webhook-version': { type: 'string', help: 'version of the reviews it is asked with', default: 'v1beta1' },
  'authentication-token-webhook-cache-ttl': { type: 'duration', help: 'how long its answers are believed', default: '2m0s' },
} as const satisfies FlagSpecs;

type Flags = FlagValues<typeof AUTHENTICATION_FLAGS>;

/** Throws UsageError, or what the files' readers throw. */
export function authenticationOptions(
  flags: Flags,
  ownIssuer: string,
): Pick<ApiServerOptions, 'anonymous' | 'jwtIssuers' | 'tokenWebhook'> {
  const webhook = tokenWebhook(flags);
  return { ...issuers(flags, ownIssuer), ...(webhook && { tokenWebhook: webhook }) };
}

function issuers(flags: Flags, ownIssuer: string): Pick<ApiServerOptions, 'anonymous' | 'jwtIssuers'> {
  const file = flags['authentication-config'];
  const url = flags['oidc-issuer-url'];
  const clientId = flags['oidc-client-id'];
  if (file === undefined) {
    if ((url === undefined) !== (clientId === undefined))
      throw new UsageError('oidc-issuer-url and oidc-client-id must be specified together when any oidc-* flags are set');
    const own = url !== undefined && clientId !== undefined ? [oidc(flags, url, clientId, ownIssuer)] : [];
    return { anonymous: flags['anonymous-auth'], jwtIssuers: own };
  }
  if (url !== undefined || clientId !== undefined)
    throw new UsageError('authentication-config file and oidc-* flags are mutually exclusive');
  const { jwt, anonymous } = parseAuthenticationConfiguration(readFlagFile('authentication-config', file), [ownIssuer]);
  return {
    anonymous: anonymous
      ? anonymous.enabled && (anonymous.conditions?.length ? anonymous.conditions.map((c) => c.path) : true)
      : flags['anonymous-auth'],
    jwtIssuers: jwt.map((config) => ({ config, algorithms: SIGNING_ALGORITHMS })),
  };
}

function oidc(flags: Flags, issuerUrl: string, clientId: string, ownIssuer: string): JwtIssuer {
  const ca = flags['oidc-ca-file'];
  return oidcIssuer(
    {
      issuerUrl,
      clientId,
      ...(ca !== undefined && { ca: readFlagFile('oidc-ca-file', ca) }),
      usernameClaim: flags['oidc-username-claim'],
      usernamePrefix: flags['oidc-username-prefix'] ?? '',
      groupsClaim: flags['oidc-groups-claim'] ?? '',
      groupsPrefix: flags['oidc-groups-prefix'] ?? '',
      requiredClaims: flags['oidc-required-claim'],
      signingAlgorithms: flags['oidc-signing-algs'],
    },
    [ownIssuer],
  );
}

function tokenWebhook(flags: Flags): TokenWebhook | undefined {
  const file = flags['authentication-token-webhook-config-file'];
  if (file === undefined) return undefined;
  const version = flags['authentication-token-webhook-version'];
  if (version !== 'v1' && version !== 'v1beta1') {
    throw new UsageError(`unsupported authentication webhook version "${version}", supported versions are "v1", "v1beta1"`);
  }
  const server = kubeconfigServer(readFlagFile('authentication-token-webhook-config-file', file), file);
  return { server, version, cacheMs: flags['authentication-token-webhook-cache-ttl'] };
}
