/** Puts every built-in resource that is switched on on the air. */
import { builtinResources, type ResourceDefinition } from '../../api/surface.ts';
import type { ObjectSubresource, ServedResource, SubresourceHandler } from '../served-resource.ts';
import { builtinCodec } from './codec.ts';
import { conversionOf } from './conversions.ts';
import { builtinFields } from './fields.ts';
import { withGenericRules } from './generic-strategy.ts';
import type { Registry } from './registry.ts';
import { builtinStrategies, type StrategyOptions } from './strategies.ts';
import type { Strategy } from './strategy.ts';
import { tables } from './tables.ts';
import { genericTable } from './generic-table.ts';

/** Resources that are computed and have no store. */
const VIRTUAL = new Set(['bindings', 'componentstatuses', 'tokenreviews', 'subjectaccessreviews', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'localsubjectaccessreviews', 'selfsubjectreviews']);
/** Subresources that show and change the parent object. */
const OBJECT_SUBRESOURCES = new Set(['status', 'approval', 'finalize', 'ephemeralcontainers', 'resize']);

export interface BuiltinOptions {
  /** Handlers of special subresources by `group/resource/subresource`. */
  readonly subresources: ReadonlyMap<string, SubresourceHandler>;
  /** True for group versions that are off by default and asked for (`--runtime-config`). */
  readonly enabled?: (group: string, version: string) => boolean;
  readonly strategies: StrategyOptions;
}

export function serveBuiltins(registry: Registry, options: BuiltinOptions): void {
  const strategies = builtinStrategies(options.strategies);
  for (const definition of builtinResources()) {
    if (!definition.servedByDefault && !options.enabled?.(definition.group, definition.version)) continue;
    if (VIRTUAL.has(definition.resource)) continue;
    registry.serve(servedBuiltin(registry, definition, strategies, options));
  }
}

export function isVirtual(definition: ResourceDefinition): boolean {
  return VIRTUAL.has(definition.resource);
}

/** Which group holds a resource's store: events.k8s.io shares the core group's. */
function storeDefinition(definition: ResourceDefinition): ResourceDefinition {
  if (definition.group !== 'events.k8s.io') return definition;
  return builtinResources().find((d) => d.group === '' && d.resource === 'events') ?? definition;
}

function servedBuiltin(registry: Registry, definition: ResourceDefinition, strategies: Readonly<Record<string, Strategy>>, options: BuiltinOptions): ServedResource {
  const id = `${definition.group}/${definition.resource}`;
  const home = storeDefinition(definition);
  const own = strategies[`${home.group}/${home.resource}`] ?? {};
  const strategy = withGenericRules(home, own);
  const store = registry.store(home, strategy);
  const special = new Map<string, SubresourceHandler>();
  const objectLike = new Map<string, ObjectSubresource>();
  for (const sub of definition.subresources) {
    const handler = options.subresources.get(`${id}/${sub.name}`);
    if (handler) special.set(sub.name, handler);
    else if (OBJECT_SUBRESOURCES.has(sub.name)) {
      const rules = own.subresources?.[sub.name];
      objectLike.set(sub.name, { definition: sub, part: sub.name === 'status' ? 'status' : 'main', ...(rules && sub.name !== 'status' && { override: rules }) });
    }
  }
  const convert = conversionOf(definition);
  return {
    definition,
    store,
    codec: builtinCodec(definition, strategy),
    fields: builtinFields(definition, registry.clock),
    ...(convert && { convert }),
    table: tables[id] ?? tables[`${home.group}/${home.resource}`] ?? genericTable,
    protobuf: definition.group !== 'apiextensions.k8s.io' || definition.version === 'v1',
    strategicSchemaId: definition.schemaId,
    subresources: special,
    objectSubresources: objectLike,
  };
}
