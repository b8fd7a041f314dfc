import type { ApiResponse } from '../request.ts';
import type { SigningKey } from './service-account/keys.ts';

export const OPENID_CONFIGURATION_PATH = '/.well-known/openid-configuration';
export const JWKS_PATH = '/openid/v1/jwks';
const CACHE_CONTROL = 'public, max-age=3600';

export interface OpenIdOptions {
  readonly issuer: string;
  /** `--service-account-jwks-uri`; by default the keys' path on the external address. */
  readonly jwksUri?: string;
  /** host:port under which others reach this server. */
  readonly externalAddress: string;
  readonly keys: readonly SigningKey[];
}

/**
 * The documents with which others check service account tokens
 * (https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery), by path.
 * undefined when the issuer is no https URL that discovery is defined for: then there are none.
 */
export function openIdDocuments(options: OpenIdOptions): ReadonlyMap<string, ApiResponse> | undefined {
  const { issuer, keys, externalAddress } = options;
  const jwksUri = options.jwksUri ?? `https://${externalAddress}${JWKS_PATH}`;
  if (!isDiscoverable(issuer) || !URL.canParse(jwksUri) || !jwksUri.startsWith('https:') || keys.length === 0) return undefined;
  const configuration = {
    issuer,
    jwks_uri: jwksUri,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys.map((k) => k.algorithm))].sort(),
  };
  return new Map([
    [OPENID_CONFIGURATION_PATH, respond('application/json', configuration)],
    [JWKS_PATH, respond('application/jwk-set+json', { keys: keys.map((k) => k.toJwk()) })],
  ]);
}

function isDiscoverable(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const url = new URL(issuer);
  return url.protocol === 'https:' && url.search === '' && url.hash === '';
}

function respond(contentType: string, document: object): ApiResponse {
  return { type: 'raw', status: 200, contentType, headers: { 'cache-control': CACHE_CONTROL }, body: JSON.stringify(document) };
}
