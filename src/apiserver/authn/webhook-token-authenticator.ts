import type { Clock } from '../../base/clock.ts';
import type { Outbound } from '../../host/outbound.ts';
import { isObject, type JsonObject } from '../../machinery/patch/values.ts';
import { exchangeJson } from '../webhook/json-exchange.ts';
import type { RemoteServer } from '../webhook/kubeconfig-server.ts';
import type { AuthenticatedUser, TokenAuthenticator } from './authenticator.ts';

export interface WebhookTokenOptions {
  readonly server: RemoteServer;
  /** Of the TokenReview that is sent. */
  readonly version: 'v1' | 'v1beta1';
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** What a token is good for when the webhook does not say. */
  readonly apiAudiences: readonly string[];
}

const TIMEOUT_MS = 30_000;
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;

/** Asks another server who bears a token (`--authentication-token-webhook-config-file`). Wrap it in a cache. */
export class WebhookTokenAuthenticator implements TokenAuthenticator {
  readonly name = 'webhook';
  readonly #o: WebhookTokenOptions;

  constructor(options: WebhookTokenOptions) {
    this.#o = options;
  }

  async authenticateToken(token: string, audiences: readonly string[]): Promise<AuthenticatedUser | undefined> {
    const status = await this.#review(token, audiences);
    const said = strings(status['audiences']);
    const good = audiences.filter((one) => (said.length > 0 ? said : this.#o.apiAudiences).includes(one));
    if (audiences.length > 0 && good.length === 0) return undefined;
    if (status['authenticated'] !== true) {
      const why = status['error'];
      if (typeof why === 'string' && why !== '') throw new Error(why);
      return undefined;
    }
    const { username, uid, groups, extra } = (isObject(status['user']) ? status['user'] : {}) as JsonObject;
    return {
      user: {
        name: text(username),
        ...(text(uid) !== '' && { uid: text(uid) }),
        groups: strings(groups),
        ...(isObject(extra) && { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, strings(values)])) }),
      },
      ...(audiences.length > 0 && { audiences: good }),
    };
  }

  async #review(token: string, audiences: readonly string[]): Promise<JsonObject> {
    const body = {
      kind: 'TokenReview',
      apiVersion: `authentication.k8s.io/${this.#o.version}`,
      metadata: { creationTimestamp: null },
      spec: { token, ...(audiences.length > 0 && { audiences }) },
      status: { user: {} },
    };
    const { server } = this.#o;
    const path = `${server.path}${server.path.includes('?') ? '&' : '?'}timeout=${TIMEOUT_MS / 1000}s`;
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await exchangeJson(this.#o, { ...server, path, method: 'POST', body, timeoutMs: TIMEOUT_MS });
        return isObject(answer) && isObject(answer['status']) ? answer['status'] : {};
      } catch (error) {
        // Only the way to the webhook is worth another try, not its answer.
        if (attempt === ATTEMPTS || (error as Error).cause === undefined) throw error;
        await this.#o.clock.sleep(FIRST_WAIT_MS * 1.5 ** (attempt - 1));
      }
    }
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
