/** Conversion between the versions of a custom resource by its webhook (apiextensions.k8s.io/v1 ConversionReview). */
import type { CustomResourceDefinition } from '../../api/apiextensions/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import type { Random } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import { internalError } from '../../machinery/status-error.ts';
import type { WebhookClient } from '../webhook/webhook-client.ts';

const TIMEOUT_SECONDS = 30;

interface ConversionReview {
  readonly response?: { readonly uid?: string; readonly convertedObjects?: AnyObject[]; readonly result?: { readonly status?: string; readonly message?: string } };
}

/** Undefined when the definition's versions differ in nothing but their name. */
export function webhookConversion(crd: CustomResourceDefinition, deps: { readonly client: WebhookClient; readonly random: Random }) {
  const { conversion } = crd.spec;
  const webhook = conversion?.strategy === 'Webhook' ? conversion.webhook : undefined;
  const address = webhook?.clientConfig;
  if (!address) return undefined;
  return async (object: AnyObject, desiredAPIVersion: string): Promise<AnyObject> => {
    const uid = deps.random.uuid();
    const fail = (why: string) => internalError(`conversion webhook for ${object.apiVersion}, Kind=${object.kind} failed: ${why}`);
    const request = { uid, desiredAPIVersion, objects: [object] };
    let review: ConversionReview;
    try {
      review = (await deps.client.post(address, { kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', request }, TIMEOUT_SECONDS)) as ConversionReview;
    } catch (error) {
      throw fail(errorMessage(error));
    }
    const { response } = review;
    if (response?.uid !== uid) throw fail(`invalid response: expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response?.uid ?? '')}`);
    if (response.result?.status !== 'Success') throw fail(response.result?.message ?? 'no message');
    const [converted] = response.convertedObjects ?? [];
    if (converted?.apiVersion !== desiredAPIVersion) throw fail(`invalid converted object: invalid groupVersion`);
    if (converted.metadata.name !== object.metadata.name || converted.metadata.uid !== object.metadata.uid) throw fail('must have the same name and UID as the object of the request');
    // A webhook converts what the object says, not who it is: of metadata only labels and annotations are its own.
    const { labels, annotations } = converted.metadata;
    const { labels: _labels, annotations: _annotations, ...kept } = object.metadata;
    return { ...converted, metadata: { ...kept, ...(labels && { labels }), ...(annotations && { annotations }) } };
  };
}
