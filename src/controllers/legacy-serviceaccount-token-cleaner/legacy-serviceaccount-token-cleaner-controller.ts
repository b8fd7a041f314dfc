/** Removes secrets with service account tokens that nobody has used for a year. */
import type { Pod, Secret } from '../../api/core/v1.gen.ts';
import { configMaps, pods, secrets, serviceAccounts } from '../../client/resources.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { syncedOrStopped } from '../shared/synced-or-stopped.ts';
import { everyPeriod } from '../shared/until-stopped.ts';
import { accountNameOf, dateOf, INVALID_SINCE, planToken, secretsOfPod } from './plan.ts';

const NAME = 'legacy-serviceaccount-token-cleaner-controller';
const DAY_MS = 24 * 60 * 60_000;
const DEFAULT_CLEAN_UP_MS = 365 * DAY_MS;

export const legacyServiceAccountTokenCleanerController: Controller = { name: NAME, start: run };

async function run(ctx: ControllerContext): Promise<void> {
  const tokens = ctx.informers.informer(secrets, { fieldSelector: 'type=kubernetes.io/service-account-token' });
  const accounts = ctx.informers.informer(serviceAccounts);
  const allPods = ctx.informers.informer(pods);
  const period = ctx.options.legacyServiceAccountTokenCleanUpPeriodMs ?? DEFAULT_CLEAN_UP_MS;
  if (!(await syncedOrStopped(ctx.signal, [tokens, accounts, allPods]))) return;
  await everyPeriod(ctx, Math.min(DAY_MS, period), async () => {
    const now = ctx.clock.now();
    const tracked = await trackedSince(ctx);
    if (tracked === undefined || now < tracked + period) return;
    for (const secret of tokens.lister.list()) {
      const { namespace, name } = secret.metadata;
      const account = accounts.lister.get(`${namespace}/${accountNameOf(secret) ?? ''}`);
      const mounted = () => allPods.lister.list(namespace).some((p: Pod) => secretsOfPod(p).includes(name));
      await act(ctx, secret, planToken(secret, account, mounted, now, period));
    }
  });
}

/** When every API server certainly recorded the use of tokens: a day after the date in the config map. */
async function trackedSince(ctx: ControllerContext): Promise<number | undefined> {
  const name = 'kube-apiserver-legacy-service-account-token-tracking';
  try {
    const { data } = await ctx.client.resource(configMaps).get(name, { namespace: 'kube-system' });
    const since = Date.parse(data?.since ?? '');
    return Number.isNaN(since) ? undefined : since + DAY_MS;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function act(ctx: ControllerContext, secret: Secret, action: 'keep' | 'invalidate' | 'delete'): Promise<void> {
  const { name, namespace, uid, resourceVersion } = secret.metadata;
  const client = ctx.client.resource(secrets);
  try {
    if (action === 'invalidate') {
      await client.patch(name, 'merge', { metadata: { uid, labels: { [INVALID_SINCE]: dateOf(ctx.clock.now()) } } }, { namespace });
    } else if (action === 'delete') {
      ctx.log.info('deleting an unused service account token secret', { namespace, name });
      await client.delete(name, { namespace, preconditions: { resourceVersion } });
    }
  } catch (error) {
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}
