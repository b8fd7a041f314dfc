/** Which requests are a kubelet's, pure (pkg/apis/certificates/helpers.go). Each answers what is wrong, or undefined. */
import type { ParsedRequest } from './parse-request.ts';

const NODE_PREFIX = 'system:node:';

export function kubeletServingProblem(request: ParsedRequest, usages: readonly string[]): string | undefined {
  if (!isNodesOnly(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length + request.ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
  if (request.emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return usagesProblem(usages, 'server auth') ?? nameProblem(request);
}

export function kubeletClientProblem(request: ParsedRequest, usages: readonly string[]): string | undefined {
  if (!isNodesOnly(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (request.emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return usagesProblem(usages, 'client auth') ?? nameProblem(request);
}

export function apiServerClientProblem(usages: readonly string[]): string | undefined {
  const odd = usages.find((u) => !['digital signature', 'key encipherment', 'client auth'].includes(u));
  if (odd !== undefined) return `invalid usage for client certificate: ${odd}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

function isNodesOnly({ organizations }: ParsedRequest): boolean {
  return organizations.length === 1 && organizations[0] === 'system:nodes';
}

function nameProblem({ commonName }: ParsedRequest): string | undefined {
  return commonName.startsWith(NODE_PREFIX) ? undefined : `subject common name does not begin with ${NODE_PREFIX}`;
}

/** Exactly these usages; key encipherment may be left out (it is for RSA keys only). */
function usagesProblem(usages: readonly string[], auth: string): string | undefined {
  const required = [auth, 'digital signature', 'key encipherment'].sort();
  const given = [...new Set([...usages, 'key encipherment'])].sort();
  return given.join() === required.join() ? undefined : `usages did not match [${required.join(' ')}]`;
}
