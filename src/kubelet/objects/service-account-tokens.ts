/** Tokens for pods by TokenRequest, kept until they are old (pkg/kubelet/token). */
import type { TokenRequest } from '../../api/authentication/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import type { Clock, Random } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import type { Client, ResourceRef } from '../../client/client.ts';
import { isForbidden } from '../../machinery/status-error.ts';

const MAX_AGE_MS = 24 * 3600 * 1000;
const MAX_JITTER_MS = 10_000;
const REFUSED_RETRIES = 20;
const REFUSED_PAUSE_MS = 50;

interface Held {
  readonly podUid: string;
  readonly token: string;
  readonly expiresAt: number;
  readonly lifetimeMs: number;
}

/** The token subresource: parent resource, body of another kind. */
const TOKENS: ResourceRef<TokenRequest> = { group: '', version: 'v1', resource: 'serviceaccounts', kind: 'TokenRequest', namespaced: true };

export class ServiceAccountTokens {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #held = new Map<string, Held>();

  constructor(client: Client, clock: Clock, random: Random) {
    this.#client = client;
    this.#clock = clock;
    this.#random = random;
  }

  /** A token bound to the pod. `audience` '' is the API server's. Rejects with upstream's message; an old token serves while refreshing fails. */
  async get(pod: Pod, audience: string, expirationSeconds: number): Promise<string> {
    return (await this.held(pod, audience, expirationSeconds)).token;
  }

  /** The same with its end, milliseconds since the epoch. */
  async held(pod: Pod, audience: string, expirationSeconds: number): Promise<{ readonly token: string; readonly expiresAt: number }> {
    const key = [pod.metadata.uid, pod.spec.serviceAccountName, audience, expirationSeconds].join('\n');
    const held = this.#held.get(key);
    if (held && !this.#isOld(held)) return held;
    try {
      const fresh = await this.#request(pod, audience, expirationSeconds);
      this.#held.set(key, fresh);
      return fresh;
    } catch (error) {
      if (!held) throw new Error(`failed to fetch token: ${errorMessage(error)}`);
      if (this.#clock.now() > held.expiresAt)
        throw new Error(`token for ${pod.metadata.namespace}/${pod.metadata.name} expired and refresh failed: ${errorMessage(error)}`);
      return held;
    }
  }

  forget(podUid: string): void {
    for (const [key, held] of this.#held) if (held.podUid === podUid) this.#held.delete(key);
  }

  /** Past 80 % of its life, or a day old. */
  #isOld(held: Held): boolean {
    const now = this.#clock.now();
    const jitter = this.#random.float() * MAX_JITTER_MS;
    const issuedAt = held.expiresAt - held.lifetimeMs;
    return now > issuedAt + MAX_AGE_MS - jitter || now > held.expiresAt - held.lifetimeMs * 0.2 - jitter;
  }

  async #request(pod: Pod, audience: string, expirationSeconds: number): Promise<Held> {
    const { name, namespace, uid } = pod.metadata;
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { namespace },
      spec: {
        audiences: audience === '' ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    };
    const account = pod.spec.serviceAccountName || 'default';
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.#client.resource(TOKENS).create(body, { subresource: 'token', name: account });
        const { token, expirationTimestamp } = answer.status;
        const lifetimeMs = (answer.spec.expirationSeconds ?? expirationSeconds) * 1000;
        return { podUid: uid, token: token ?? '', expiresAt: Date.parse(expirationTimestamp ?? ''), lifetimeMs };
      } catch (error) {
        // The authoriser learns of a new pod a moment after the kubelet.
        if (!isForbidden(error) || attempt >= REFUSED_RETRIES) throw error;
        await this.#clock.sleep(REFUSED_PAUSE_MS);
      }
    }
  }
}
