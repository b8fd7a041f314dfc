/** Whether somebody may ask this of the kubelet: the API server decides (https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/). */
import type { SubjectAccessReview } from '../../api/authorization/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client, ResourceRef } from '../../client/client.ts';
import { TimedCache } from '../util/timed-cache.ts';
import type { RequestUser } from './authenticate.ts';

const ACCESS_REVIEWS: ResourceRef<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
};
const ALLOWED_MS = 300_000;
const DENIED_MS = 30_000;

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

export class Authorizer {
  readonly #client: Client;
  readonly #nodeName: string;
  readonly #answers: TimedCache<boolean>;

  constructor(client: Client, nodeName: string, clock: Clock) {
    this.#client = client;
    this.#nodeName = nodeName;
    this.#answers = new TimedCache(clock, 1000);
  }

  /** Undefined when it is allowed; otherwise what the client is told. */
  async refusal(user: RequestUser, method: string, path: string): Promise<string | undefined> {
    // The API server itself, and whoever else may do everything, need not be asked about.
    if (user.groups.includes('system:masters')) return undefined;
    const verb = VERBS[method] ?? '';
    const subresources = nodeSubresources(path);
    for (const subresource of subresources) if (await this.#isAllowed(user, verb, subresource)) return undefined;
    return `Forbidden (user=${user.name}, verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(' ')}])\n`;
  }

  #isAllowed(user: RequestUser, verb: string, subresource: string): Promise<boolean> {
    const key = JSON.stringify([user, verb, subresource]);
    const ttl = (allowed: boolean) => (allowed ? ALLOWED_MS : DENIED_MS);
    return this.#answers.get(key, ttl, async () => {
      const spec = {
        user: user.name,
        uid: user.uid,
        groups: [...user.groups],
        extra: user.extra as Record<string, string[]> | undefined,
        resourceAttributes: { verb, version: 'v1', group: '', resource: 'nodes', subresource, name: this.#nodeName },
      };
      const { status } = await this.#client.resource(ACCESS_REVIEWS).create({ metadata: {}, spec });
      return status?.allowed === true;
    });
  }
}

/** Subresources of nodes, any of which allows a path. */
export function nodeSubresources(path: string): string[] {
  const below = (root: string) => path === root || path.startsWith(`${root}/`);
  if (below('/stats')) return ['stats'];
  if (below('/metrics')) return ['metrics'];
  if (below('/logs')) return ['log'];
  if (below('/checkpoint')) return ['checkpoint'];
  if (below('/statusz')) return ['statusz'];
  if (below('/flagz')) return ['configz'];
  if (below('/pods') || below('/runningpods')) return ['pods', 'proxy'];
  if (below('/healthz')) return ['healthz', 'proxy'];
  if (below('/configz')) return ['configz', 'proxy'];
  return ['proxy'];
}
