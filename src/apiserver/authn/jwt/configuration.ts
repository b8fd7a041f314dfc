/** `--authentication-config`: who else may say who somebody is (https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/). */
export interface AuthenticationConfiguration {
  readonly jwt: readonly JwtConfig[];
  /** Undefined: as the flag says. */
  readonly anonymous?: { readonly enabled: boolean; readonly conditions?: readonly { readonly path: string }[] };
}

export interface JwtConfig {
  readonly issuer: IssuerConfig;
  readonly claimValidationRules?: readonly ClaimRule[];
  readonly claimMappings: ClaimMappings;
  readonly userValidationRules?: readonly UserRule[];
}

export interface IssuerConfig {
  readonly url: string;
  /** Where the discovery document is, when it is not below `url`. */
  readonly discoveryURL?: string;
  /** PEM; without it the system's authorities are trusted. */
  readonly certificateAuthority?: string;
  readonly audiences: readonly string[];
  readonly audienceMatchPolicy?: string;
}

export interface ClaimRule {
  readonly claim?: string;
  readonly requiredValue?: string;
  readonly expression?: string;
  readonly message?: string;
}

export interface ClaimMappings {
  readonly username: PrefixedClaim;
  readonly groups?: PrefixedClaim;
  readonly uid?: ClaimSource;
  readonly extra?: readonly { readonly key: string; readonly valueExpression: string }[];
}

export interface ClaimSource {
  readonly claim?: string;
  readonly expression?: string;
}

export interface PrefixedClaim extends ClaimSource {
  readonly prefix?: string;
}

export interface UserRule {
  readonly expression: string;
  readonly message?: string;
}
