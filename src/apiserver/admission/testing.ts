/** Requests for tests of plugins. */
import type { AnyObject } from '../../api/object.ts';
import { builtinResources } from '../../api/surface.ts';
import { draft, type DraftMeta } from '../bootstrap/draft.ts';
import type { UserInfo } from '../request.ts';
import type { AdmissionAttributes, AdmissionOperation, AdmissionPlugin } from './admission.ts';

export interface RequestWish {
  /** `pods`, `pods/status`, `deployments.apps`. */
  readonly resource: string;
  readonly operation?: AdmissionOperation;
  readonly object?: AnyObject | undefined;
  readonly oldObject?: AnyObject | undefined;
  readonly user?: UserInfo;
  readonly namespace?: string;
  readonly name?: string;
  readonly dryRun?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Attributes of a request for a built-in resource. */
export function attributesOf(wish: RequestWish): AdmissionAttributes {
  const [full = '', subresource = ''] = wish.resource.split('/');
  const dot = full.indexOf('.');
  const [resource, group] = dot < 0 ? [full, ''] : [full.slice(0, dot), full.slice(dot + 1)];
  const definition = builtinResources().find((d) => d.group === group && d.resource === resource);
  if (!definition) throw new Error(`no resource ${full}`);
  const { object, oldObject } = wish;
  const operation = wish.operation ?? 'CREATE';
  return {
    operation,
    kind: { group, version: definition.version, kind: object?.kind ?? definition.kind },
    resource: { group, version: definition.version, resource },
    subresource,
    namespace: wish.namespace ?? object?.metadata.namespace ?? oldObject?.metadata.namespace ?? '',
    name: wish.name ?? (operation === 'CREATE' && subresource === '' ? '' : (object?.metadata.name ?? oldObject?.metadata.name ?? '')),
    object: object && structuredClone(object),
    oldObject,
    options: wish.options ?? {},
    dryRun: wish.dryRun ?? false,
    user: wish.user ?? { name: 'alice', groups: ['system:authenticated'] },
    warnings: new Set(),
    auditAnnotations: new Map(),
  };
}

/** Runs both halves, as the server does; gives the object as the plugin left it. */
export async function run(plugin: AdmissionPlugin, wish: RequestWish): Promise<AnyObject | undefined> {
  const attributes = attributesOf(wish);
  if (!plugin.handles(attributes.operation)) return attributes.object;
  await plugin.admit?.(attributes);
  const before = structuredClone(attributes.object);
  await plugin.validate?.(attributes);
  if (JSON.stringify(before) !== JSON.stringify(attributes.object)) throw new Error(`${plugin.name} changed the object while validating`);
  return attributes.object;
}

export function make(
  kind: string,
  metadata: DraftMeta & Record<string, unknown>,
  fields: Record<string, unknown> = {},
  apiVersion = 'v1',
): AnyObject {
  return draft(apiVersion, kind, metadata, fields);
}

/** A pod of one container, in namespace `ns`. */
export function pod(
  spec: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
  fields: Record<string, unknown> = {},
): AnyObject {
  return make(
    'Pod',
    { name: 'p', namespace: 'ns', ...metadata },
    { spec: { containers: [{ name: 'c', image: 'i' }], ...spec }, ...fields },
  );
}
