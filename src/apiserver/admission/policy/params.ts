/** The parameters that a binding gives to a policy. */
import type { ParamKind, ParamRef } from '../../../api/admissionregistration/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { labelSelectorAsSelector } from '../../../machinery/selectors/label-selector.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { AdmissionAttributes } from '../admission.ts';

export interface ParamSource {
  readonly registry: RegistryReader;
  findKind(
    group: string,
    version: string,
    kind: string,
  ): { readonly definition: { readonly resource: string; readonly namespaced: boolean } } | undefined;
}

/** One evaluation for each; [undefined] for policies without. Throws Error when there have to be some, and there are none. */
export function paramsFor(
  source: ParamSource,
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
  a: AdmissionAttributes,
): readonly (AnyObject | null | undefined)[] {
  if (!kind) return [undefined];
  if (!ref) return [null];
  const { apiVersion = '', kind: name = '' } = kind;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const served = source.findKind(group, apiVersion.slice(slash + 1), name);
  if (!served) throw new Error(`failed to find resource referenced by paramKind: '${apiVersion}, Kind=${name}'`);
  const { resource, namespaced } = served.definition;
  const namespace = namespaced ? ref.namespace || a.namespace : '';
  if (!namespaced && ref.namespace) throw new Error('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  if (namespaced && namespace === '')
    throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  const found = read(source.registry, group, resource, namespace, ref);
  if (found.length > 0) return found;
  if (ref.parameterNotFoundAction === 'Allow') return [];
  throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction');
}

function read(registry: RegistryReader, group: string, resource: string, namespace: string, ref: ParamRef): AnyObject[] {
  const reader = registry.reader(group, resource);
  if (ref.name) {
    const one = reader.get(namespace, ref.name);
    return one ? [one] : [];
  }
  const selector = labelSelectorAsSelector(ref.selector);
  return reader.list(namespace || undefined).filter((object) => selector.matches(object.metadata.labels ?? {}));
}
