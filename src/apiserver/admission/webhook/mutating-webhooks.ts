import type { AnyObject } from '../../../api/object.ts';
import { errorMessage } from '../../../base/log.ts';
import { JsonPatchError, runJsonPatch } from '../../../machinery/patch/json-patch.ts';
import { isObject, type JsonObject } from '../../../machinery/patch/values.ts';
import { internalError, StatusError } from '../../../machinery/status-error.ts';
import { parseJson } from '../../../wire/json/parse.ts';
import { stringifyJson } from '../../../wire/json/stringify.ts';
import { goQuote } from '../../../wire/json/go-text.ts';
import { semanticEqual } from '../../registry/shared/semantic-equal.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { callHook } from './call-hook.ts';
import { hookSource, type Hook } from './hooks.ts';
import type { Invocation } from './match-hook.ts';
import { isExempt, relevant } from './relevant-hooks.ts';
import { Reinvocations } from './reinvocations.ts';
import type { VersionedObjects } from './review-request.ts';
import type { WebhookOptions } from './validating-webhooks.ts';
import { WebhookFailure } from './webhook-errors.ts';

/**
 * Lets every registered webhook change the object, one after the other. When one did, the whole chain runs once more: plugins see what
 * it made, and webhooks that asked for it (reinvocationPolicy IfNeeded) see what came after them.
 */
export function mutatingWebhooks(options: WebhookOptions): AdmissionPlugin {
  const hooks = hookSource(options.registry, 'mutatingwebhookconfigurations');
  const states = new WeakMap<AdmissionAttributes, Reinvocations>();
  return {
    name: 'MutatingAdmissionWebhook',
    handles: () => true,
    async admit(a) {
      const listed = hooks();
      if (listed.length === 0 || isExempt(a)) return;
      const state = states.get(a) ?? new Reinvocations();
      states.set(a, state);
      state.begin(a.object, a.reinvocation?.running === true);
      await new Round(options, a, state).run(listed);
      state.end(a.object);
    },
  };
}

class Round {
  readonly #o: WebhookOptions;
  readonly #a: AdmissionAttributes;
  readonly #state: Reinvocations;
  readonly #number: number;

  constructor(options: WebhookOptions, attributes: AdmissionAttributes, state: Reinvocations) {
    this.#o = options;
    this.#a = attributes;
    this.#state = state;
    this.#number = attributes.reinvocation?.running ? 1 : 0;
  }

  async run(hooks: readonly Hook[]): Promise<void> {
    const { kind } = this.#a;
    for (const [index, hook] of hooks.entries()) {
      const invocation = await relevant(this.#o, hook, this.#a, (i) => this.#objectsFor(i));
      if (!invocation || (this.#number === 1 && !this.#state.mayRun(hook.uid))) continue;
      await this.#call(invocation, index);
      if (hook.webhook.reinvocationPolicy === 'IfNeeded') this.#state.ran(hook.uid);
    }
    // A webhook may have got, and changed, the object in another version.
    if (this.#a.object && this.#a.operation !== 'CONNECT') this.#a.object = await this.#o.forms.convert(this.#a.object, kind);
  }

  /** The object, from now on, in the form that this webhook works with. */
  async #objectsFor({ kind }: Invocation): Promise<VersionedObjects> {
    const { object, oldObject, operation } = this.#a;
    return {
      object: object && (operation === 'CONNECT' ? object : await this.#o.forms.convert(object, kind)),
      oldObject: oldObject && (await this.#o.forms.convert(oldObject, kind)),
    };
  }

  async #call(invocation: Invocation, index: number): Promise<void> {
    const { hook } = invocation;
    const { name, failurePolicy } = hook.webhook;
    const place = `round_${this.#number}_index_${index}`;
    let mutated = false;
    try {
      mutated = await this.#mutate(invocation, place);
    } catch (error) {
      if (!(error instanceof WebhookFailure)) throw error;
      if (failurePolicy !== 'Ignore') throw internalError(error.message);
      this.#o.log.warn('Failed calling webhook, failing open', { webhook: name, error: error.message });
      this.#annotate(`failed-open.mutating.webhook.admission.k8s.io/${place}`, name);
    } finally {
      this.#annotate(`mutation.webhook.admission.k8s.io/${place}`, { configuration: hook.configuration, webhook: name, mutated });
    }
    if (!mutated) return;
    this.#state.changed();
    if (this.#a.reinvocation) this.#a.reinvocation.needed = true;
  }

  /** True when the object is not what it was. */
  async #mutate(invocation: Invocation, place: string): Promise<boolean> {
    const { hook, kind } = invocation;
    const { name } = hook.webhook;
    const objects = await this.#objectsFor(invocation);
    const { patch, patchType } = await callHook(this.#o, invocation, objects, this.#a, true);
    const operations = patch && decodePatch(name, patch);
    if (!operations || operations.length === 0) return false;
    if (!objects.object) {
      throw internalError(`admission webhook ${goQuote(name)} attempted to modify the object, which is not supported for this operation`);
    }
    if (patchType !== 'JSONPatch') throw new WebhookFailure(name, `unsupported patch type ${goQuote(patchType)}`);
    const next = this.#read(objects.object, operations, kind);
    this.#annotate(`patch.webhook.admission.k8s.io/${place}`, {
      configuration: hook.configuration,
      webhook: name,
      patch: operations,
      patchType,
    });
    this.#a.object = next;
    return !semanticEqual(objects.object, next);
  }

  #read(object: AnyObject, operations: readonly JsonObject[], kind: Invocation['kind']): AnyObject {
    try {
      return this.#o.forms.read(runJsonPatch(object, operations), kind);
    } catch (error) {
      if (error instanceof JsonPatchError || error instanceof StatusError) throw internalError(errorMessage(error));
      throw error;
    }
  }

  #annotate(key: string, value: unknown): void {
    this.#a.auditAnnotations.set(key, typeof value === 'string' ? value : stringifyJson(value));
  }
}

function decodePatch(name: string, patch: Buffer): JsonObject[] {
  let value: unknown;
  try {
    ({ value } = parseJson(patch));
  } catch (error) {
    throw new WebhookFailure(name, `received undecodable patch in webhook response: ${errorMessage(error)}`);
  }
  if (value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw new WebhookFailure(
      name,
      'received undecodable patch in webhook response: json: cannot unmarshal value into Go value of type jsonpatch.Patch',
    );
  }
  return value;
}
