import { errorMessage } from '../../../base/log.ts';
import type { Random } from '../../../base/clock.ts';
import { badRequest } from '../../../machinery/status-error.ts';
import { goQuote } from '../../../wire/json/go-text.ts';
import type { WebhookAddress } from '../../webhook/webhook-client.ts';
import type { AdmissionAttributes } from '../admission.ts';
import type { Invocation } from './match-hook.ts';
import { reviewRequest, reviewVersion, type VersionedObjects } from './review-request.ts';
import { readResponse, type ReviewResponse } from './review-response.ts';
import { rejection, WebhookFailure } from './webhook-errors.ts';

export interface CallOptions {
  readonly client: { post(address: WebhookAddress, body: unknown, timeoutSeconds: number): Promise<unknown> };
  readonly random: Random;
}

/**
 * Asks a webhook and takes over its warnings and annotations. Rejects with StatusError when it refuses or may not be asked, with
 * WebhookFailure when it cannot be asked.
 */
export async function callHook(
  { client, random }: CallOptions,
  invocation: Invocation,
  objects: VersionedObjects,
  a: AdmissionAttributes,
  mutating: boolean,
): Promise<ReviewResponse> {
  const { name, clientConfig, timeoutSeconds = 10, sideEffects, admissionReviewVersions } = invocation.hook.webhook;
  if (a.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook ${goQuote(name)} does not support dry run`);
  }
  const version = reviewVersion(admissionReviewVersions);
  if (!version) {
    throw new WebhookFailure(
      name,
      'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)',
    );
  }
  const uid = random.uuid();
  const answer = await client
    .post(clientConfig, reviewRequest(version, uid, invocation, objects, a), timeoutSeconds)
    .catch((error: unknown) => fail(name, 'failed to call webhook', error));
  const response = read(name, () => readResponse(answer, version, uid, mutating));
  for (const [key, value] of Object.entries(response.auditAnnotations)) a.auditAnnotations.set(`${name}/${key}`, value);
  for (const warning of response.warnings) a.warnings.add(warning);
  if (!response.allowed) throw rejection(name, response.result);
  return response;
}

function read(name: string, step: () => ReviewResponse): ReviewResponse {
  try {
    return step();
  } catch (error) {
    return fail(name, 'received invalid webhook response', error);
  }
}

function fail(name: string, what: string, error: unknown): never {
  throw new WebhookFailure(name, `${what}: ${errorMessage(error)}`);
}
