import { aggregateMessage, fieldPath } from '../../../machinery/field.ts';
import type { JwtConfig } from './configuration.ts';
import { validateJwtConfig } from './validate-configuration.ts';
import { SIGNING_ALGORITHMS } from './verify-signature.ts';

/** The `--oidc-*` flags, without their common beginning. */
export interface OidcFlags {
  readonly issuerUrl: string;
  readonly clientId: string;
  readonly ca?: string;
  readonly usernameClaim?: string;
  /** `-`: no prefix. */
  readonly usernamePrefix?: string;
  readonly groupsClaim?: string;
  readonly groupsPrefix?: string;
  /** claim=value */
  readonly requiredClaims?: Readonly<Record<string, string>>;
  readonly signingAlgorithms?: readonly string[];
}

export interface JwtIssuer {
  readonly config: JwtConfig;
  readonly algorithms: readonly string[];
}

/** What the flags say, as a configuration. Throws an Error that says what is wrong. */
export function oidcIssuer(flags: OidcFlags, ownIssuers: readonly string[]): JwtIssuer {
  const { issuerUrl, clientId, ca, usernameClaim = 'sub', usernamePrefix = '', groupsClaim = '', groupsPrefix = '' } = flags;
  const algorithms = flags.signingAlgorithms?.length ? flags.signingAlgorithms : ['RS256'];
  const unknown = algorithms.find((algorithm) => !SIGNING_ALGORITHMS.includes(algorithm));
  if (unknown !== undefined) throw new Error(`oidc: unsupported signing alg: "${unknown}"`);
  // Names of two issuers must not meet; addresses are unique by themselves.
  const byDefault = usernameClaim === 'email' ? '' : `${issuerUrl}#`;
  const prefix = usernamePrefix === '-' ? '' : usernamePrefix === '' ? byDefault : usernamePrefix;
  const config: JwtConfig = {
    issuer: { url: issuerUrl, audiences: [clientId], ...(ca !== undefined && { certificateAuthority: ca }) },
    claimMappings: {
      username: { claim: usernameClaim, prefix },
      ...(groupsClaim !== '' && { groups: { claim: groupsClaim, prefix: groupsPrefix } }),
    },
    claimValidationRules: Object.entries(flags.requiredClaims ?? {}).map(([claim, requiredValue]) => ({ claim, requiredValue })),
  };
  const problems = aggregateMessage(validateJwtConfig(config, fieldPath('jwt').index(0), ownIssuers));
  if (problems !== undefined) throw new Error(problems);
  return { config, algorithms };
}
