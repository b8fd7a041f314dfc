/** Approves requests of kubelets for client certificates that RBAC lets them make (pkg/controller/certificates/approver). */
import type { SubjectAccessReview } from '../../api/authorization/v1.gen.ts';
import type { CertificateSigningRequest } from '../../api/certificates/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import { certificateSigningRequests } from '../../client/resources.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { kubeletClientProblem } from '../shared/csr/kubelet-requests.ts';
import { parseRequest } from '../shared/csr/parse-request.ts';
import { hasTrueCondition, IgnorableError, runCsrController } from '../shared/csr/run-csr-controller.ts';

const NAME = 'certificatesigningrequest-approving-controller';
const SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';

export const certificateSigningRequestApprovingController: Controller = {
  name: NAME,
  start: (ctx) => runCsrController(ctx, NAME, (csr) => approve(ctx, csr)),
};

async function approve(ctx: ControllerContext, csr: CertificateSigningRequest): Promise<void> {
  const { spec, status, metadata } = csr;
  if (hasTrueCondition(csr, 'Approved') || hasTrueCondition(csr, 'Denied') || spec.signerName !== SIGNER) return;
  const request = parse(csr);
  if (kubeletClientProblem(request, spec.usages ?? []) !== undefined) return;
  const subresources = [...(spec.username === request.commonName ? ['selfnodeclient'] : []), 'nodeclient'];
  for (const subresource of subresources) {
    if (!(await mayCreate(ctx, csr, subresource))) continue;
    const self = subresource === 'selfnodeclient' ? 'self ' : '';
    const message = `Auto approving ${self}kubelet client certificate after SubjectAccessReview.`;
    const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
    const approved = { ...csr, status: { ...status, conditions: [...(status?.conditions ?? []), condition] } };
    await ctx.client.resource(certificateSigningRequests).update(approved, { subresource: 'approval' });
    return;
  }
  throw new IgnorableError(`recognized csr "${metadata.name}" as [${subresources.join(' ')}] but subject access review was not approved`);
}

function parse({ spec, metadata }: CertificateSigningRequest) {
  try {
    return parseRequest(spec.request);
  } catch (error) {
    throw new Error(`unable to parse csr "${metadata.name}": ${errorMessage(error)}`, { cause: error });
  }
}

async function mayCreate(ctx: ControllerContext, { spec }: CertificateSigningRequest, subresource: string): Promise<boolean> {
  const review = await ctx.client.raw({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: spec.username,
        uid: spec.uid,
        groups: spec.groups,
        extra: spec.extra,
        resourceAttributes: {
          group: 'certificates.k8s.io',
          resource: 'certificatesigningrequests',
          verb: 'create',
          subresource,
          version: '*',
        },
      },
    },
  });
  return (review as SubjectAccessReview).status?.allowed ?? false;
}
