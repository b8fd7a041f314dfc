/** pkg/controller/serviceaccount/tokens_controller.go: fills secrets of type kubernetes.io/service-account-token, deletes those of accounts that are gone. */
import type { Secret, ServiceAccount } from '../../api/core/v1.gen.ts';
import { keyOf, splitKey } from '../../api/object.ts';
import type { Informer } from '../../client/informer.ts';
import { secrets, serviceAccounts } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';

const NAME = 'serviceaccount-token-controller';
const TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

export const serviceAccountTokenController: Controller = { name: NAME, start: (ctx) => new TokensController(ctx).run() };

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

class TokensController {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #secrets: Informer<Secret>;
  readonly #accounts: Informer<ServiceAccount>;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#secrets = ctx.informers.informer(secrets, { fieldSelector: `type=${TYPE}` });
    this.#accounts = ctx.informers.informer(serviceAccounts);
  }

  run(): Promise<void> {
    const enqueue = (secret: Secret) => this.#queue.add(keyOf(secret));
    this.#secrets.addHandler({
      onAdd: enqueue,
      onUpdate: (_, secret) => enqueue(secret),
      onDelete: (secret) => this.#secretDeleted(secret),
    });
    this.#accounts.addHandler({
      onDelete: (account) => {
        const { namespace, name } = account.metadata;
        const tokens = this.#secrets.lister.list(namespace).filter((s) => s.metadata.annotations?.[ACCOUNT_NAME] === name);
        tokens.forEach(enqueue);
      },
    });
    return runController(this.#ctx, {
      name: NAME,
      queue: this.#queue,
      informers: [this.#secrets, this.#accounts],
      reconcile: (key) => (key.startsWith('reference:') ? this.#removeReference(key.slice('reference:'.length)) : this.#sync(key)),
    });
  }

  #secretDeleted(secret: Secret): void {
    const account = secret.metadata.annotations?.[ACCOUNT_NAME];
    if (account) this.#queue.add(`reference:${secret.metadata.namespace}/${account}/${secret.metadata.name}`);
  }

  async #sync(key: string): Promise<void> {
    const secret = this.#secrets.lister.get(key);
    const accountName = secret?.metadata.annotations?.[ACCOUNT_NAME];
    if (!secret || !accountName) return;
    const account = await this.#account(secret, accountName);
    if (!account) return this.#delete(secret);
    if (this.#missing(secret).length === 0) return;
    const live = await this.#ctx.client.resource(secrets).get(secret.metadata.name, { namespace: secret.metadata.namespace });
    // A newer version is on its way to the cache and will come back here.
    if (live.metadata.resourceVersion !== secret.metadata.resourceVersion) return;
    await this.#fill(live, account);
  }

  /** The account that the secret names, from the server when the cache does not know it yet. */
  async #account(secret: Secret, name: string): Promise<ServiceAccount | undefined> {
    const { namespace, annotations } = secret.metadata;
    const uid = annotations?.[ACCOUNT_UID];
    const matches = (account: ServiceAccount) => !uid || account.metadata.uid === uid;
    const cached = this.#accounts.lister.get(`${namespace}/${name}`);
    if (cached && matches(cached)) return cached;
    try {
      const live = await this.#ctx.client.resource(serviceAccounts).get(name, { namespace });
      return matches(live) ? live : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #delete(secret: Secret): Promise<void> {
    const { name, namespace, uid } = secret.metadata;
    try {
      await this.#ctx.client.resource(secrets).delete(name, { namespace, preconditions: { uid } });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  #missing(secret: Secret): ('ca.crt' | 'namespace' | 'token')[] {
    const { rootCA } = this.#ctx.options;
    const out: ('ca.crt' | 'namespace' | 'token')[] = [];
    if (rootCA !== undefined && secret.data?.['ca.crt'] !== base64(rootCA)) out.push('ca.crt');
    if (!secret.data?.namespace) out.push('namespace');
    if (!secret.data?.token) out.push('token');
    return out;
  }

  async #fill(secret: Secret, account: ServiceAccount): Promise<void> {
    const { rootCA, signLegacyServiceAccountToken: sign } = this.#ctx.options;
    const { namespace, name, uid } = account.metadata;
    const data = { ...secret.data };
    const missing = this.#missing(secret);
    if (missing.includes('ca.crt') && rootCA !== undefined) data['ca.crt'] = base64(rootCA);
    if (missing.includes('namespace')) data.namespace = base64(secret.metadata.namespace);
    if (missing.includes('token')) {
      if (!sign) {
        const message = 'This cluster has no key to sign tokens of service account secrets; use the TokenRequest API.';
        return this.#ctx.recorder.event(secret, 'Warning', 'TokenNotSigned', message);
      }
      data.token = base64(await sign({ namespace, name, uid }, { name: secret.metadata.name, uid: secret.metadata.uid }));
    }
    const annotations = { ...secret.metadata.annotations, [ACCOUNT_NAME]: name, [ACCOUNT_UID]: uid };
    try {
      await this.#ctx.client.resource(secrets).update({ ...secret, metadata: { ...secret.metadata, annotations }, data });
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }

  /** `key`: namespace/account/secret. */
  async #removeReference(key: string): Promise<void> {
    const [namespace = '', accountName = '', secretName = ''] = key.split('/');
    const account = this.#accounts.lister.get(`${namespace}/${accountName}`);
    if (!account?.secrets?.some((s) => s.name === secretName) || this.#secrets.lister.get(`${namespace}/${secretName}`)) return;
    const client = this.#ctx.client.resource(serviceAccounts);
    try {
      const live = await client.get(splitKey(keyOf(account)).name, { namespace });
      await client.update({ ...live, secrets: (live.secrets ?? []).filter((s) => s.name !== secretName) });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
