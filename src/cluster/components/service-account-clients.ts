import type { TokenRequest } from '../../api/authentication/v1.gen.ts';
import { Client } from '../../client/client.ts';
import type { ComponentContext } from '../../client/component.ts';
import { serviceAccounts } from '../../client/resources.ts';
import { transportFor, type RestConfig } from '../../client/rest-config.ts';
import { isAlreadyExists } from '../../machinery/status-error.ts';

const NAMESPACE = 'kube-system';
const LIFETIME_SECONDS = 3600;
/** A token is replaced when this share of its life is over. */
const RENEW_AT = 0.8;

/**
 * Clients that act as service accounts of kube-system (`--use-service-account-credentials`): the account is made when missing, its tokens
 * come from the TokenRequest API and are renewed in time.
 */
export function serviceAccountClients(ctx: ComponentContext, config: RestConfig): (account: string) => Client {
  const { server, ca, serverName, insecureSkipVerify } = config;
  const anonymous: RestConfig = { server, namespace: NAMESPACE, ca, serverName, insecureSkipVerify };
  return (account) => {
    const token = tokenSource(ctx, account);
    return new Client(transportFor(anonymous, { clock: ctx.clock, userAgent: account, token }));
  };
}

function tokenSource(ctx: ComponentContext, account: string): () => Promise<string> {
  let current = { token: '', renewAt: 0 };
  return async () => {
    const now = ctx.clock.now();
    if (now < current.renewAt) return current.token;
    const { token, expirationTimestamp } = await requestToken(ctx, account);
    if (!token || !expirationTimestamp) throw new Error(`The server gave no token for service account ${NAMESPACE}/${account}`);
    current = { token, renewAt: now + (Date.parse(expirationTimestamp) - now) * RENEW_AT };
    return token;
  };
}

async function requestToken(ctx: ComponentContext, account: string): Promise<TokenRequest['status']> {
  const accounts = ctx.client.resource(serviceAccounts);
  try {
    await accounts.create({ metadata: { name: account, namespace: NAMESPACE } });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [], expirationSeconds: LIFETIME_SECONDS },
  };
  const path = accounts.path(NAMESPACE, account, 'token');
  return ((await ctx.client.raw({ method: 'POST', path, body })) as TokenRequest).status;
}
