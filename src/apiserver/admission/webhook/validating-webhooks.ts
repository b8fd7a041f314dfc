import type { Logger } from '../../../base/log.ts';
import { internalError } from '../../../machinery/status-error.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { callHook, type CallOptions } from './call-hook.ts';
import { hookSource } from './hooks.ts';
import type { Invocation } from './match-hook.ts';
import { isExempt, relevant, type RelevanceOptions } from './relevant-hooks.ts';
import type { VersionedObjects } from './review-request.ts';
import { WebhookFailure } from './webhook-errors.ts';

export interface WebhookOptions extends RelevanceOptions, CallOptions {
  readonly log: Logger;
}

/** Asks every registered webhook whether the finished object is acceptable, all at once; the first no counts. */
export function validatingWebhooks(options: WebhookOptions): AdmissionPlugin {
  const hooks = hookSource(options.registry, 'validatingwebhookconfigurations');
  return {
    name: 'ValidatingAdmissionWebhook',
    handles: () => true,
    async validate(a) {
      if (isExempt(a)) return;
      const objectsFor = versions(options, a);
      const invocations: Invocation[] = [];
      for (const hook of hooks()) {
        const invocation = await relevant(options, hook, a, objectsFor);
        if (invocation) invocations.push(invocation);
      }
      const asked = invocations.map(async (invocation, index) => ask(options, invocation, await objectsFor(invocation), a, index));
      const failed = (await Promise.allSettled(asked)).find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

/** The objects in each form that a webhook wants them in, converted once. */
function versions({ forms }: WebhookOptions, a: AdmissionAttributes): (invocation: Invocation) => Promise<VersionedObjects> {
  const known = new Map<string, Promise<VersionedObjects>>();
  const convert = async ({ kind }: Invocation): Promise<VersionedObjects> => ({
    // Options of a connection have a kind of their own.
    object: a.object && (a.operation === 'CONNECT' ? a.object : await forms.convert(a.object, kind)),
    oldObject: a.oldObject && (await forms.convert(a.oldObject, kind)),
  });
  return (invocation) => {
    const id = `${invocation.kind.group}/${invocation.kind.version}/${invocation.kind.kind}`;
    let made = known.get(id);
    if (!made) known.set(id, (made = convert(invocation)));
    return made;
  };
}

async function ask(
  options: WebhookOptions,
  invocation: Invocation,
  objects: VersionedObjects,
  a: AdmissionAttributes,
  index: number,
): Promise<void> {
  const { name, failurePolicy } = invocation.hook.webhook;
  try {
    await callHook(options, invocation, objects, a, false);
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error;
    if (failurePolicy !== 'Ignore') throw internalError(error.message);
    options.log.warn('Failed calling webhook, failing open', { webhook: name, error: error.message });
    a.auditAnnotations.set(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, name);
  }
}
