/** How a webhook's refusal, and its failure, reach the client (k8s.io/apiserver/pkg/admission/plugin/webhook/errors). */
import type { Status } from '../../../api/meta/v1.gen.ts';
import { StatusError } from '../../../machinery/status-error.ts';
import { goQuote } from '../../../wire/json/go-text.ts';

/** It could not be asked, or did not answer what it may: its failure policy decides. */
export class WebhookFailure extends Error {
  constructor(webhook: string, reason: string) {
    super(`failed calling webhook ${goQuote(webhook)}: ${reason}`);
    this.name = 'WebhookFailure';
  }
}

/** It said no. Whatever status it sent, the client gets an error. */
export function rejection(webhook: string, result: Partial<Status> | undefined): StatusError {
  const deniedBy = `admission webhook ${goQuote(webhook)} denied the request`;
  const { code, message, reason, details } = result ?? {};
  const why = [message, reason].find((text) => typeof text === 'string' && text !== '');
  return new StatusError({
    message: why === undefined ? `${deniedBy} without explanation` : `${deniedBy}: ${why}`,
    ...(typeof reason === 'string' && reason !== '' && { reason }),
    ...(details && { details }),
    code: Number.isInteger(code) && Number(code) >= 400 && Number(code) <= 999 ? Number(code) : 400,
  });
}
