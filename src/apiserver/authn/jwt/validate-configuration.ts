/** k8s.io/apiserver/pkg/apis/apiserver/validation, ValidateAuthenticationConfiguration. */
import { errorMessage } from '../../../base/log.ts';
import { duplicate, fieldPath, invalid, required, tooMany, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { goQuote } from '../../../wire/json/go-text.ts';
import { CaPool } from '../x509/ca-pool.ts';
import type { AuthenticationConfiguration, IssuerConfig, JwtConfig } from './configuration.ts';
import { validateMappings } from './validate-mappings.ts';

const MAX_AUTHENTICATORS = 64;

export function validateAuthenticationConfiguration(
  { jwt, anonymous }: AuthenticationConfiguration,
  ownIssuers: readonly string[],
): FieldError[] {
  const root = fieldPath('jwt');
  if (jwt.length > MAX_AUTHENTICATORS) return [tooMany(root, jwt.length, MAX_AUTHENTICATORS)];
  const errors = jwt.flatMap((one, i) => validateJwtConfig(one, root.index(i), ownIssuers));
  errors.push(...repeated(jwt, 'url', root), ...repeated(jwt, 'discoveryURL', root));
  if (anonymous && !anonymous.enabled && (anonymous.conditions ?? []).length > 0) {
    errors.push(
      invalid(fieldPath('anonymous', 'conditions'), anonymous.conditions, 'enabled should be set to true when conditions are defined'),
    );
  }
  return errors;
}

/** Also for what the `--oidc-*` flags make. */
export function validateJwtConfig(config: JwtConfig, at: FieldPath, ownIssuers: readonly string[]): FieldError[] {
  return [...validateIssuer(config.issuer, at.child('issuer'), ownIssuers), ...validateMappings(config, at)];
}

function repeated(configs: readonly JwtConfig[], field: 'url' | 'discoveryURL', root: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return configs.flatMap(({ issuer }, i) => {
    const url = issuer?.[field];
    if (!url) return [];
    if (seen.has(url)) return [duplicate(root.index(i).child('issuer', field), url)];
    seen.add(url);
    return [];
  });
}

function validateIssuer(issuer: IssuerConfig | undefined, at: FieldPath, ownIssuers: readonly string[]): FieldError[] {
  const { url = '', discoveryURL, certificateAuthority } = issuer ?? {};
  const errors: FieldError[] = url === '' ? [required(at.child('url'), '')] : validateUrl(url, at.child('url'), ownIssuers);
  if (discoveryURL) {
    const same = url !== '' && url.replace(/\/+$/, '') === discoveryURL.replace(/\/+$/, '');
    if (same) errors.push(invalid(at.child('discoveryURL'), discoveryURL, 'discoveryURL must be different from URL'));
    errors.push(...validateUrl(discoveryURL, at.child('discoveryURL'), []));
  }
  errors.push(...validateAudiences(issuer, at));
  if (certificateAuthority) {
    try {
      new CaPool(certificateAuthority);
    } catch (error) {
      errors.push(invalid(at.child('certificateAuthority'), '<omitted>', errorMessage(error)));
    }
  }
  return errors;
}

function validateUrl(text: string, at: FieldPath, disallowed: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const add = (why: string) => void errors.push(invalid(at, text, why));
  if (disallowed.includes(text)) add(`URL must not overlap with disallowed issuers: [${disallowed.join(' ')}]`);
  const url = URL.parse(text);
  if (!url) {
    add(`parse ${goQuote(text)}: invalid URL`);
    return errors;
  }
  if (url.protocol !== 'https:') add('URL scheme must be https');
  if (url.username !== '' || url.password !== '') add('URL must not contain a username or password');
  if (url.search !== '') add('URL must not contain a query');
  if (url.hash !== '') add('URL must not contain a fragment');
  return errors;
}

function validateAudiences(issuer: IssuerConfig | undefined, issuerPath: FieldPath): FieldError[] {
  const at = issuerPath.child('audiences');
  const { audiences = [], audienceMatchPolicy: policy = '' } = issuer ?? {};
  if (audiences.length === 0) return [required(at, `at least one ${at.toString()} is required`)];
  const errors = audiences.flatMap((audience, i) => {
    if (audience === '') return [required(at.index(i), '')];
    return audiences.indexOf(audience) < i ? [duplicate(at.index(i), audience)] : [];
  });
  const policyPath = issuerPath.child('audienceMatchPolicy');
  if (audiences.length > 1 && policy !== 'MatchAny')
    errors.push(invalid(policyPath, policy, 'audienceMatchPolicy must be MatchAny for multiple audiences'));
  if (audiences.length === 1 && policy !== '' && policy !== 'MatchAny') {
    errors.push(invalid(policyPath, policy, 'audienceMatchPolicy must be empty or MatchAny for single audience'));
  }
  return errors;
}
