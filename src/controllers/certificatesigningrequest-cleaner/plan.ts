/** Which certificate signing requests are past their use, pure (pkg/controller/certificates/cleaner). */
import { X509Certificate } from 'node:crypto';
import type { CertificateSigningRequest } from '../../api/certificates/v1.gen.ts';

const HOUR_MS = 3_600_000;
/** Settled requests stay for an hour, unsettled ones for a day. */
const SETTLED_MS = HOUR_MS;
const PENDING_MS = 24 * HOUR_MS;

/** `now` in milliseconds. */
export function isPastUse({ metadata, status }: CertificateSigningRequest, now: number): boolean {
  const conditions = status?.conditions ?? [];
  const older = (time: string | undefined, ms: number) => !!time && now - Date.parse(time) > ms;
  const issued = !!status?.certificate;
  if (conditions.length === 0 && older(metadata.creationTimestamp, PENDING_MS)) return true;
  return conditions.some(({ type, lastUpdateTime }) => {
    if (type === 'Denied' || type === 'Failed') return older(lastUpdateTime, SETTLED_MS);
    if (type !== 'Approved') return false;
    return issued ? older(lastUpdateTime, SETTLED_MS) || isExpired(status?.certificate ?? '', now) : older(lastUpdateTime, PENDING_MS);
  });
}

function isExpired(certificate: string, now: number): boolean {
  try {
    return now > Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
  } catch {
    // What a foreign signer put there may be no certificate: then it does not expire either.
    return false;
  }
}
