import { timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { impliedAudiences } from './audiences.ts';
import type { AuthenticatedUser, TokenAuthenticator } from './authenticator.ts';

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const DEFAULT_GROUP = 'system:bootstrappers';

export interface BootstrapTokenOptions {
  readonly registry: RegistryReader;
  readonly apiAudiences: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Tokens for joining nodes: Secrets `bootstrap-token-<id>` in kube-system (https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/). */
export class BootstrapTokenAuthenticator implements TokenAuthenticator {
  readonly name = 'bootstrap-token';
  readonly #options: BootstrapTokenOptions;

  constructor(options: BootstrapTokenOptions) {
    this.#options = options;
  }

  async authenticateToken(token: string, audiences: readonly string[]): Promise<AuthenticatedUser | undefined> {
    const [, id = '', secret = ''] = TOKEN.exec(token) ?? [];
    const good = impliedAudiences(audiences, this.#options.apiAudiences);
    if (id === '' || !good) return undefined;
    const stored = this.#options.registry.reader('', 'secrets').get('kube-system', `bootstrap-token-${id}`) as unknown as
      Secret | undefined;
    if (!stored) return undefined;
    const problem = tokenProblem(stored, id, secret, this.#options.clock.now());
    if (problem) {
      this.#options.log.debug('bootstrap token refused', { secret: stored.metadata.name, problem });
      return undefined;
    }
    return { user: { name: `system:bootstrap:${id}`, groups: bootstrapGroups(stored) ?? [] }, audiences: good };
  }
}

/** Why the Secret does not vouch for the token; undefined when it does. Never holds what the token is. */
function tokenProblem(stored: Secret, id: string, secret: string, nowMs: number): string | undefined {
  if (stored.metadata.deletionTimestamp) return 'is deleted and awaiting removal';
  if (stored.type !== 'bootstrap.kubernetes.io/token') return 'has invalid type, expected bootstrap.kubernetes.io/token';
  if (!sameText(dataOf(stored, 'token-secret'), secret)) return 'has invalid value for key token-secret';
  if (dataOf(stored, 'token-id') !== id) return 'has invalid value for key token-id';
  const expiration = dataOf(stored, 'expiration');
  if (expiration !== '') {
    const at = Date.parse(expiration);
    if (Number.isNaN(at)) return 'has unparseable expiration time';
    if (at <= nowMs) return 'has expired';
  }
  if (dataOf(stored, 'usage-bootstrap-authentication') !== 'true') return 'not marked usage-bootstrap-authentication=true';
  return bootstrapGroups(stored) ? undefined : 'has invalid value for key auth-extra-groups';
}

function bootstrapGroups(stored: Secret): string[] | undefined {
  const extra = dataOf(stored, 'auth-extra-groups');
  const groups = extra === '' ? [] : extra.split(',');
  return groups.every((g) => GROUP.test(g)) ? [...new Set([DEFAULT_GROUP, ...groups])].sort() : undefined;
}

function dataOf(secret: Secret, key: string): string {
  return Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
