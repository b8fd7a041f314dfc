/** Whether a request goes to a webhook, and in which form (k8s.io/apiserver/pkg/admission/plugin/webhook/generic and predicates). */
import type { AnyObject, GroupVersionKind, GroupVersionResource } from '../../../api/object.ts';
import { errorMessage } from '../../../base/log.ts';
import type { LabelSelector } from '../../../api/meta/v1.gen.ts';
import { labelSelectorAsSelector } from '../../../machinery/selectors/label-selector.ts';
import type { Selector } from '../../../machinery/selectors/selector.ts';
import { internalError, notFound, StatusError } from '../../../machinery/status-error.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { AdmissionAttributes } from '../admission.ts';
import type { ObjectForms, ServedForm } from '../object-forms.ts';
import type { Hook, Webhook } from './hooks.ts';
import { ruleMatches } from './rule-matches.ts';

export interface Invocation {
  readonly hook: Hook;
  /** What the webhook is told the request is about. */
  readonly resource: GroupVersionResource;
  readonly kind: GroupVersionKind;
}

export interface MatchOptions {
  readonly registry: RegistryReader;
  readonly forms: ObjectForms;
}

/** Undefined: the webhook is not asked. Throws StatusError when that cannot be told, and the webhook's rules name the request. */
export function matchHook(options: MatchOptions, hook: Hook, a: AdmissionAttributes): Invocation | undefined {
  const { webhook } = hook;
  const inNamespace = attempt(() => namespaceSelected(options.registry, webhook, a));
  if (inNamespace === false) return undefined;
  const selected = attempt(() => objectSelected(webhook, a));
  if (selected === false) return undefined;
  const form = matchRules(options.forms, webhook, a);
  if (!form) return undefined;
  for (const result of [inNamespace, selected]) if (result instanceof StatusError) throw result;
  return { hook, ...form };
}

function attempt(question: () => boolean): boolean | StatusError {
  try {
    return question();
  } catch (error) {
    return error instanceof StatusError ? error : internalError(errorMessage(error));
  }
}

function namespaceSelected(registry: RegistryReader, webhook: Webhook, a: AdmissionAttributes): boolean {
  const isNamespace = a.resource.resource === 'namespaces';
  if (a.namespace === '' && !isNamespace) return true;
  const selector = selectorOf(webhook.namespaceSelector);
  return selector.empty || selector.matches(namespaceLabels(registry, a, isNamespace));
}

/** Of the namespace as it will be, when it is what is written. */
function namespaceLabels(registry: RegistryReader, a: AdmissionAttributes, isNamespace: boolean): Readonly<Record<string, string>> {
  if (isNamespace && a.subresource === '' && (a.operation === 'CREATE' || a.operation === 'UPDATE')) return a.object?.metadata.labels ?? {};
  const namespace = registry.reader('', 'namespaces').get('', a.namespace);
  if (!namespace) throw notFound({ group: '', resource: 'namespaces' }, a.namespace);
  return namespace.metadata.labels ?? {};
}

/** Either the new or the old object decides. */
function objectSelected(webhook: Webhook, a: AdmissionAttributes): boolean {
  const selector = selectorOf(webhook.objectSelector);
  const carries = (object: AnyObject | undefined) => object?.metadata !== undefined && selector.matches(object.metadata.labels ?? {});
  return selector.empty || carries(a.object) || carries(a.oldObject);
}

function matchRules(forms: ObjectForms, webhook: Webhook, a: AdmissionAttributes): ServedForm | undefined {
  const rules = webhook.rules ?? [];
  const { resource, kind } = a;
  if (rules.some((rule) => ruleMatches(rule, a))) return { resource, kind };
  if (webhook.matchPolicy !== 'Equivalent') return undefined;
  const others = forms
    .equivalents(resource, a.subresource)
    .filter((form) => form.resource.group !== resource.group || form.resource.version !== resource.version);
  if (others.length === 0) return undefined;
  for (const rule of rules) {
    const form = others.find((other) => ruleMatches(rule, { ...ruleSubject(a), resource: other.resource }));
    if (form) return form;
  }
  return undefined;
}

function ruleSubject({ operation, subresource, namespace, resource }: AdmissionAttributes) {
  return { operation, subresource, namespace, resource };
}

const compiled = new WeakMap<LabelSelector, Selector>();

/** Compiled once: configurations are read at every write. */
function selectorOf(object: LabelSelector | undefined): Selector {
  if (!object) return labelSelectorAsSelector(object);
  let selector = compiled.get(object);
  if (!selector) compiled.set(object, (selector = labelSelectorAsSelector(object)));
  return selector;
}
