import type { AnyObject } from '../../../api/object.ts';
import type { TokenRequest } from '../../../api/authentication/v1.gen.ts';
import type { Pod, ServiceAccount } from '../../../api/core/v1.gen.ts';
import { formatTime, type Clock, type Random } from '../../../base/clock.ts';
import { fieldPath, invalid, toInvalid, type FieldError } from '../../../machinery/field.ts';
import { badRequest, conflict, notFound } from '../../../machinery/status-error.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import { signToken, type Claims, type TokenReference } from './jwt.ts';
import type { SigningKey } from './keys.ts';
import { serviceAccountUser } from './user-name.ts';

const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
const DEFAULT_SECONDS = 3600;
/** What the ServiceAccount admission plugin asks for: such a token lives on for a year, and its late use is audited (KEP-1205). */
export const WARN_ONLY_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 3600;

export interface TokenIssuerOptions {
  readonly issuer: string;
  readonly key: SigningKey;
  readonly apiAudiences: readonly string[];
  readonly registry: RegistryReader;
  readonly clock: Clock;
  readonly random: Random;
  /** `--service-account-max-token-expiration`, seconds; 0: no limit. */
  readonly maxExpirationSeconds: number;
  /** `--service-account-extend-token-expiration`. */
  readonly extendExpiration: boolean;
}

export interface IssueRequest {
  readonly namespace: string;
  /** Name of the service account. */
  readonly name: string;
  /** The TokenRequest as sent. */
  readonly request: AnyObject;
  readonly warnings: Set<string>;
  readonly auditAnnotations: Map<string, string>;
  /** Validating admission, called with the completed request. */
  readonly validate?: (request: AnyObject) => Promise<void>;
}

/** Issues tokens for serviceaccounts/token (pkg/registry/core/serviceaccount/storage/token.go). */
export class TokenIssuer {
  readonly #options: TokenIssuerOptions;

  constructor(options: TokenIssuerOptions) {
    this.#options = options;
  }

  /** The TokenRequest with its status filled in. Rejects with StatusError. */
  async issue(call: IssueRequest): Promise<TokenRequest> {
    const { registry, clock, key } = this.#options;
    checkIdentity(call);
    const account = registry.reader('', 'serviceaccounts').get(call.namespace, call.name) as ServiceAccount | undefined;
    if (!account) throw notFound({ group: '', resource: 'serviceaccounts' }, call.name);
    const nowMs = clock.now();
    const request = this.#complete(call.request, account, nowMs);
    const errors = validateTokenRequest(request);
    if (errors.length > 0) throw toInvalid(KIND, '', errors);
    await call.validate?.(request as unknown as AnyObject);
    const bound = this.#bind(request, call);
    const { seconds, warnAfter } = this.#lifetime(request, bound.pod !== undefined, call.warnings);
    const claims = this.#claims(account, request.spec.audiences ?? [], bound, seconds, warnAfter, nowMs);
    if (claims.jti) call.auditAnnotations.set('authentication.kubernetes.io/issued-credential-id', `JTI=${claims.jti}`);
    const token = await signToken(claims as unknown as Record<string, unknown>, key);
    const expirationTimestamp = formatTime(nowMs + (request.spec.expirationSeconds ?? 0) * 1000);
    return { ...request, status: { token, expirationTimestamp } };
  }

  #complete(sent: AnyObject, account: ServiceAccount, nowMs: number): TokenRequest {
    const { spec, metadata } = sent as unknown as Partial<TokenRequest>;
    const { name, namespace, uid } = account.metadata;
    if (metadata?.uid && metadata.uid !== uid) {
      throw conflict(
        { group: KIND.group, resource: KIND.kind },
        name,
        `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`,
      );
    }
    return {
      apiVersion: 'authentication.k8s.io/v1',
      kind: KIND.kind,
      metadata: { ...metadata, name, namespace, uid, creationTimestamp: formatTime(nowMs) } as TokenRequest['metadata'],
      spec: {
        ...spec,
        audiences: spec?.audiences?.length ? [...spec.audiences] : [...this.#options.apiAudiences],
        expirationSeconds: spec?.expirationSeconds ?? DEFAULT_SECONDS,
        boundObjectRef: spec?.boundObjectRef,
      },
    } as TokenRequest;
  }

  #bind(request: TokenRequest, { namespace, name }: IssueRequest): BoundObjects {
    const ref = request.spec.boundObjectRef;
    if (!ref) return {};
    const core = (ref.apiVersion ?? '') === 'v1' || (ref.apiVersion ?? '') === '';
    const resource = core ? BINDABLE[ref.kind ?? ''] : undefined;
    if (!resource) throw badRequest(`cannot bind token to object of type ${describeKind(ref.apiVersion ?? '', ref.kind ?? '')}`);
    const object = this.#options.registry.reader('', resource).get(resource === 'nodes' ? '' : namespace, ref.name ?? '');
    if (!object) throw notFound({ group: '', resource }, ref.name ?? '');
    const { uid } = object.metadata;
    const reference = { name: object.metadata.name, uid };
    const node = resource === 'pods' ? this.#checkPod(object as unknown as Pod, name) : undefined;
    if (ref.uid && ref.uid !== uid) {
      throw conflict(
        { group: '', resource: ref.kind ?? '' },
        ref.name ?? '',
        `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
      );
    }
    if (resource === 'pods') return { pod: reference, ...(node && { node }) };
    return resource === 'nodes' ? { node: reference } : { secret: reference };
  }

  /** The node that the pod runs on; without a UID when the Node is not there. */
  #checkPod(pod: Pod, serviceAccount: string): TokenReference | undefined {
    if (pod.spec?.serviceAccountName !== serviceAccount) {
      throw badRequest(
        `cannot bind token for serviceaccount ${JSON.stringify(serviceAccount)} to pod running with different serviceaccount name.`,
      );
    }
    const name = pod.spec.nodeName;
    if (!name) return undefined;
    const node = this.#options.registry.reader('', 'nodes').get('', name);
    return { name, ...(node?.metadata.uid && { uid: node.metadata.uid }) };
  }

  #lifetime(request: TokenRequest, boundToPod: boolean, warnings: Set<string>): { seconds: number; warnAfter: number } {
    const { maxExpirationSeconds: max, extendExpiration, apiAudiences } = this.#options;
    const { spec } = request;
    if (max > 0 && (spec.expirationSeconds ?? 0) > max) {
      warnings.add(`requested expiration of ${spec.expirationSeconds} seconds shortened to ${max} seconds`);
      spec.expirationSeconds = max;
    }
    const seconds = spec.expirationSeconds ?? DEFAULT_SECONDS;
    const extend =
      extendExpiration && boundToPod && seconds === WARN_ONLY_SECONDS && (spec.audiences ?? []).every((a) => apiAudiences.includes(a));
    if (!extend) return { seconds, warnAfter: 0 };
    return { seconds: max > 0 ? Math.min(max, EXTENDED_SECONDS) : EXTENDED_SECONDS, warnAfter: seconds };
  }

  #claims(
    account: ServiceAccount,
    audiences: readonly string[],
    bound: BoundObjects,
    seconds: number,
    warnAfter: number,
    nowMs: number,
  ): Claims {
    const now = Math.floor(nowMs / 1000);
    const { name, namespace, uid } = account.metadata;
    return {
      aud: audiences,
      exp: now + seconds,
      iat: now,
      iss: this.#options.issuer,
      jti: this.#options.random.uuid(),
      nbf: now,
      sub: serviceAccountUser(namespace, name),
      'kubernetes.io': {
        namespace,
        ...(bound.node && { node: bound.node }),
        ...(bound.pod && { pod: bound.pod }),
        ...(bound.secret && { secret: bound.secret }),
        serviceaccount: { name, uid },
        ...(warnAfter > 0 && { warnafter: now + warnAfter }),
      },
    };
  }
}

interface BoundObjects {
  readonly pod?: TokenReference;
  readonly node?: TokenReference;
  readonly secret?: TokenReference;
}

const BINDABLE: Readonly<Record<string, string>> = Object.assign(Object.create(null) as Record<string, string>, {
  Pod: 'pods',
  Node: 'nodes',
  Secret: 'secrets',
});

/** Name and namespace in the body, when given, are those of the URL. */
function checkIdentity({ request, name, namespace }: IssueRequest): void {
  const meta = request.metadata as Partial<AnyObject['metadata']> | undefined;
  const check = (field: 'name' | 'namespace', wanted: string) => {
    const given = meta?.[field];
    if (given && given !== wanted)
      throw toInvalid(KIND, name, [invalid(fieldPath('metadata', field), given, `must match the service account ${field} if specified`)]);
  };
  check('name', name);
  check('namespace', namespace);
}

function validateTokenRequest({ spec }: TokenRequest): FieldError[] {
  const path = fieldPath('spec', 'expirationSeconds');
  const seconds = spec.expirationSeconds ?? 0;
  if (seconds < MIN_SECONDS) return [invalid(path, seconds, 'may not specify a duration less than 10 minutes')];
  return seconds > MAX_SECONDS ? [invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds')] : [];
}

/** `apps/v1, Kind=Deployment`, as Go prints a GroupVersionKind. */
function describeKind(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') || apiVersion === '' ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}
