/** Resources that are computed, not stored: bindings and component statuses here; the reviews beside. */
import type { Clock } from '../../base/clock.ts';
import type { TokenAuthenticator } from '../authn/authenticator.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import type { Admission } from '../handlers/admit.ts';
import type { Registry } from '../registry/registry.ts';
import type { Handler } from '../request.ts';
import { methodNotAllowed } from '../router.ts';
import { reviewHandlers } from './reviews.ts';
import { bindingSubresource } from '../subresources/binding.ts';

export interface VirtualDeps {
  readonly registry: Registry;
  readonly admission: Admission;
  readonly clock: Clock;
  readonly authorizer: Authorizer;
  readonly tokens: TokenAuthenticator;
  readonly apiAudiences: readonly string[];
}

export function virtualResources(deps: VirtualDeps): (group: string, version: string, resource: string) => Handler | undefined {
  const handlers = new Map<string, Handler>([
    ...reviewHandlers(deps),
    ['/v1/bindings', bindings(deps)],
    ['/v1/componentstatuses', componentStatuses],
  ]);
  return (group, version, resource) => handlers.get(`${group}/${version}/${resource}`);
}

/** The legacy way to bind a pod: the Binding is named after it. */
function bindings(deps: VirtualDeps): Handler {
  const binding = bindingSubresource(deps);
  return async (context) => {
    if (context.info.verb !== 'create') throw methodNotAllowed();
    const pods = deps.registry.find('', 'v1', 'pods');
    if (!pods) throw methodNotAllowed();
    return binding.handle(context, pods);
  };
}

/** Deprecated since 1.19: what answers here answers, so it is healthy. */
const componentStatuses: Handler = async (context) => {
  const { name, verb } = context.info;
  const status = (component: string) => ({
    kind: 'ComponentStatus', apiVersion: 'v1', metadata: { name: component }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  });
  if (verb === 'get') return { type: 'object', status: 200, object: status(name) };
  if (verb !== 'list') throw methodNotAllowed();
  return { type: 'object', status: 200, object: { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: ['scheduler', 'controller-manager', 'etcd-0'].map(status) } };
};
