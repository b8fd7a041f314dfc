/** https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers (pkg/controller/certificates/signer). */
import type { CertificateSigningRequest } from '../../api/certificates/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import { certificateSigningRequests } from '../../client/resources.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { apiServerClientProblem, kubeletClientProblem, kubeletServingProblem } from '../shared/csr/kubelet-requests.ts';
import { parseRequest, type ParsedRequest } from '../shared/csr/parse-request.ts';
import { hasTrueCondition, runCsrController } from '../shared/csr/run-csr-controller.ts';
import { untilStopped } from '../shared/until-stopped.ts';
import { CertificateAuthority } from './certificate-authority.ts';

const NAME = 'certificatesigningrequest-signing-controller';
const DEFAULT_LIFETIME_MS = 365 * 24 * 3_600_000;
const MIN_LIFETIME_MS = 10 * 60_000;

/** What a signer refuses, by its name. */
const SIGNERS: Readonly<Record<string, (request: ParsedRequest, usages: readonly string[]) => string | undefined>> = {
  'kubernetes.io/kube-apiserver-client': (_, usages) => apiServerClientProblem(usages),
  'kubernetes.io/kube-apiserver-client-kubelet': kubeletClientProblem,
  'kubernetes.io/kubelet-serving': kubeletServingProblem,
  'kubernetes.io/legacy-unknown': () => undefined,
};

export const certificateSigningRequestSigningController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const { clusterSigning } = ctx.options;
  if (!clusterSigning) {
    ctx.log.warn('no signing certificate given, certificate signing requests are not signed');
    return untilStopped(ctx.signal);
  }
  const authority = new CertificateAuthority(clusterSigning, ctx.random);
  return runCsrController(ctx, NAME, (csr) => sign(ctx, authority, csr));
}

async function sign(ctx: ControllerContext, authority: CertificateAuthority, csr: CertificateSigningRequest): Promise<void> {
  const { spec, status, metadata } = csr;
  const problemOf = SIGNERS[spec.signerName];
  if (!problemOf || !hasTrueCondition(csr, 'Approved') || hasTrueCondition(csr, 'Failed')) return;
  const usages = spec.usages ?? [];
  const client = ctx.client.resource(certificateSigningRequests);
  let request: ParsedRequest;
  try {
    request = parseRequest(spec.request);
  } catch (error) {
    throw new Error(`unable to parse csr "${metadata.name}": ${errorMessage(error)}`, { cause: error });
  }
  const problem = problemOf(request, usages);
  if (problem !== undefined) {
    const lastUpdateTime = formatTime(ctx.clock.now());
    const condition = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: problem, lastUpdateTime };
    await client.updateStatus({ ...csr, status: { ...status, conditions: [...(status?.conditions ?? []), condition] } });
    return;
  }
  const pem = await authority.sign(request, { usages, lifetimeMs: lifetime(ctx, spec.expirationSeconds), now: ctx.clock.now() });
  await client.updateStatus({ ...csr, status: { ...status, certificate: Buffer.from(pem, 'utf8').toString('base64') } });
}

function lifetime(ctx: ControllerContext, seconds: number | undefined): number {
  const longest = ctx.options.clusterSigningDurationMs ?? DEFAULT_LIFETIME_MS;
  return seconds === undefined ? longest : Math.min(longest, Math.max(MIN_LIFETIME_MS, seconds * 1000));
}
