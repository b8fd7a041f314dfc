/** Paths that are no resources: discovery, health, version, keys of service account tokens. */
import type { ResourceDefinition } from '../api/surface.ts';
import { JWKS_PATH, OPENID_CONFIGURATION_PATH, openIdDocuments } from './authn/openid.ts';
import type { SigningKey } from './authn/service-account/keys.ts';
import { Discovery, type DelegatedGroupVersion } from './discovery/discovery.ts';
import { healthResponse, type HealthCheck } from './health.ts';
import { OpenApi, type OpenApiOptions } from './openapi/openapi.ts';
import type { Registry } from './registry/registry.ts';
import type { ApiResponse, RequestContext } from './request.ts';
import { VERSION_INFO } from './version.ts';

export interface NonResourceOptions {
  readonly registry: Registry;
  /** Built-in resources that are on, virtual ones included, in discovery's order. */
  readonly definitions: readonly ResourceDefinition[];
  readonly keys: readonly SigningKey[];
  readonly issuer: string;
  /** host:port under which clients reach this server. */
  readonly externalAddress: string;
  isReady(): boolean;
  readonly delegated?: () => readonly DelegatedGroupVersion[];
  readonly customDocuments?: Pick<OpenApiOptions, 'foreign' | 'generation'>;
  /** More paths, exact or by prefix ending in '/'. */
  readonly more?: ReadonlyMap<string, (context: RequestContext) => Promise<ApiResponse> | ApiResponse>;
}

export function nonResourcePaths(options: NonResourceOptions): (context: RequestContext) => Promise<ApiResponse> | undefined {
  const builtin = new Set(options.definitions.map((d) => `${d.group}/${d.version}/${d.resource}`));
  const discovery = new Discovery({
    resources: () => [...options.definitions, ...options.registry.allServed().map((s) => s.definition).filter((d) => !builtin.has(`${d.group}/${d.version}/${d.resource}`))],
    delegated: options.delegated ?? (() => []),
  });
  const openapi = new OpenApi({ definitions: options.definitions, ...options.customDocuments });
  const alive: HealthCheck[] = [
    { name: 'ping', check: () => undefined },
    { name: 'log', check: () => undefined },
    { name: 'etcd', check: () => undefined },
  ];
  const ready: HealthCheck[] = [
    ...alive,
    { name: 'informer-sync', check: () => (options.registry.allServed().every((s) => s.store.cache.isReady) ? undefined : 'caches are filling') },
    { name: 'shutdown', check: () => (options.isReady() ? undefined : 'process is shutting down') },
  ];
  const documents = openIdDocuments({ issuer: options.issuer, externalAddress: options.externalAddress, keys: options.keys });
  const answer = (context: RequestContext): ApiResponse | Promise<ApiResponse> | undefined => {
    const { path } = context.info;
    const [first = ''] = path.split('/').filter((s) => s !== '');
    switch (first) {
      case 'api':
      case 'apis':
        return discovery.handle(context);
      case 'openapi':
        return openapi.handle(context);
      case 'version':
        return { type: 'object', status: 200, object: VERSION_INFO };
      case 'healthz':
      case 'livez':
        return healthResponse(context, first, alive);
      case 'readyz':
        return healthResponse(context, first, ready);
      case '':
        return { type: 'object', status: 200, object: { paths: ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/metrics', '/openapi/v2', '/openapi/v3', '/readyz', '/version'] } };
      default:
        break;
    }
    if (path === OPENID_CONFIGURATION_PATH || path === JWKS_PATH) return documents?.get(path);
    for (const [prefix, handle] of options.more ?? []) if (path === prefix || (prefix.endsWith('/') && path.startsWith(prefix))) return handle(context);
    return undefined;
  };
  return (context) => {
    const found = answer(context);
    return found === undefined ? undefined : Promise.resolve(found);
  };
}
