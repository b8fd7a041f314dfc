/** The webhooks that are registered, one by one, in the order they are called (k8s.io/apiserver/pkg/admission/configuration). */
import type { MutatingWebhook, ValidatingWebhook } from '../../../api/admissionregistration/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import type { RegistryReader } from '../../registry/reader.ts';

export type Webhook = ValidatingWebhook & Partial<Pick<MutatingWebhook, 'reinvocationPolicy'>>;

export interface Hook {
  /** The same webhook has the same one for as long as its configuration lists it. */
  readonly uid: string;
  readonly configuration: string;
  readonly webhook: Webhook;
}

/** Reads them at every call; what is made of one configuration is kept for as long as that is unchanged. */
export function hookSource(
  registry: RegistryReader,
  resource: 'mutatingwebhookconfigurations' | 'validatingwebhookconfigurations',
): () => readonly Hook[] {
  const known = new WeakMap<AnyObject, readonly Hook[]>();
  const hooksOf = (configuration: AnyObject): readonly Hook[] => {
    let hooks = known.get(configuration);
    if (!hooks) known.set(configuration, (hooks = readHooks(configuration)));
    return hooks;
  };
  return () => {
    const configurations = registry.reader('admissionregistration.k8s.io', resource).list();
    return configurations.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).flatMap(hooksOf);
  };
}

function readHooks(configuration: AnyObject): readonly Hook[] {
  const { name } = configuration.metadata;
  const seen = new Map<string, number>();
  return ((configuration['webhooks'] ?? []) as Webhook[]).map((webhook) => {
    const count = seen.get(webhook.name) ?? 0;
    seen.set(webhook.name, count + 1);
    return { uid: `${name}/${webhook.name}/${count}`, configuration: name, webhook };
  });
}
